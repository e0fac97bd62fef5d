/** D-Bus type signatures (D-Bus specification, "Type System") and the values that go with them. */

/** A value with its type: one complete type. */
export interface BusVariant {
  readonly signature: string;
  readonly value: BusValue;
}

/**
 * `y n q i u x t d` numbers (`x` and `t` may be bigint), `b` a boolean, `s o g` strings, `v` a variant; arrays and
 * structs are lists of values, entries of dictionaries lists of two.
 */
export type BusValue = string | number | bigint | boolean | BusVariant | readonly BusValue[];

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

/** `sa(sv)u` → `s`, `a(sv)`, `u` */
export function completeTypes(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

/** `(sv)` → `sv`, `as` → `s` */
export function innerSignature(type: string): string {
  return type.startsWith('a') ? type.slice(1) : type.slice(1, -1);
}

function endOfType(signature: string, at: number): number {
  const first = signature[at] ?? '';
  if (first === 'a') return endOfType(signature, at + 1);
  const closing = CLOSING[first];
  if (closing === undefined) return at + 1;
  let depth = 0;
  for (let end = at; end < signature.length; end++) {
    if (signature[end] === first) depth++;
    if (signature[end] === closing && --depth === 0) return end + 1;
  }
  return signature.length;
}
