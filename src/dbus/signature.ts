/** Type signatures and the values that go with them: D-Bus specification, "Type System". */

/** A value with its type: one complete type. */
export interface BusVariant {
  readonly signature: string;
  readonly value: BusValue;
}

/**
 * `y n q i u d` are numbers, `x t` bigints (numbers are accepted too), `b` is a boolean, `s o g` are strings, `v` is a
 * variant. Arrays and structs are lists of values; an entry of a dictionary is a list of two.
 */
export type BusValue = string | number | bigint | boolean | BusVariant | readonly BusValue[];

/** Bytes of a signature. */
const LONGEST = 255;
/** Levels of arrays, and of structs. */
const DEEPEST = 32;
/** Levels of containers in a message, those in variants included. */
export const DEEPEST_VALUE = 64;

const BASIC = 'ybnqiuxtdsogh';

/** Whether these are complete types, none or more. */
export function isSignature(signature: string): boolean {
  if (signature.length > LONGEST) return false;
  for (let at = 0; at < signature.length; ) {
    at = endOfType(signature, at, 0, 0);
    if (at < 0) return false;
  }
  return true;
}

export function isCompleteType(signature: string): boolean {
  return signature.length <= LONGEST && endOfType(signature, 0, 0, 0) === signature.length;
}

/** The same few signatures come again and again: taking one apart costs as much as writing its values. */
const known = new Map<string, readonly string[]>();

/** `sa(sv)u` → `s`, `a(sv)`, `u`; whatever is not valid stays in one piece. */
export function completeTypes(signature: string): readonly string[] {
  let types = known.get(signature);
  if (types === undefined) {
    types = takeApart(signature);
    known.set(signature, types);
  }
  return types;
}

function takeApart(signature: string): readonly string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at, 0, 0);
    types.push(end < 0 ? signature.slice(at) : signature.slice(at, end));
    at = end < 0 ? signature.length : end;
  }
  return types;
}

/** `(sv)` → `sv`, `as` → `s` */
export function innerSignature(type: string): string {
  return type.startsWith('a') ? type.slice(1) : type.slice(1, -1);
}

/** @returns the index after the complete type at `at`; -1 for one that is not valid */
function endOfType(signature: string, at: number, arrays: number, structs: number): number {
  const first = signature[at];
  if (first === undefined) return -1;
  if (first === '(') return structs < DEEPEST ? endOfStruct(signature, at + 1, arrays, structs + 1) : -1;
  if (first !== 'a') return first === 'v' || BASIC.includes(first) ? at + 1 : -1;
  if (arrays === DEEPEST) return -1;
  if (signature[at + 1] !== '{') return endOfType(signature, at + 1, arrays + 1, structs);
  return structs < DEEPEST ? endOfEntry(signature, at + 2, arrays + 1, structs + 1) : -1;
}

function endOfStruct(signature: string, start: number, arrays: number, structs: number): number {
  let at = start;
  while (signature[at] !== ')') {
    at = endOfType(signature, at, arrays, structs);
    if (at < 0) return -1;
  }
  return at > start ? at + 1 : -1;
}

/** A key of a basic type and one value. */
function endOfEntry(signature: string, at: number, arrays: number, structs: number): number {
  const key = signature[at];
  if (key === undefined || !BASIC.includes(key)) return -1;
  const end = endOfType(signature, at + 1, arrays, structs);
  return end > 0 && signature[end] === '}' ? end + 1 : -1;
}
