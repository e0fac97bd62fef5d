/** JavaScript's values as JSON: texts with halves of surrogate pairs, bytes, BigInts, and what no function expects. */

import type { Resolver } from '../../src/kernel/js-runtime/js-runtime.ts';

export type Coded =
  | number
  | { readonly text: readonly number[] }
  | { readonly bytes: readonly number[] }
  | { readonly bigint: string }
  | { readonly list: readonly Coded[] }
  | { readonly odd: keyof typeof odd };

/** A function of the host, and its arguments. */
export type Call = readonly [name: keyof typeof host, ...args: Coded[]];

/** With what the call has left in a first argument of bytes. */
export type Outcome =
  | { readonly result: Coded; readonly memory?: readonly number[] }
  | { readonly error: string };

/** Objects stand for themselves: bytes, or the words of a struct. */
export const resolver: Resolver = { resolve: (object) => object as readonly unknown[] };

const odd = {
  undefined,
  null: null,
  true: true,
  nan: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  object: {},
  array: [1, 'a', {}],
  symbol: Symbol('odd'),
  floats: new Float64Array(2),
  buffer: new ArrayBuffer(8),
  empty: new Uint8Array(0),
  view: new DataView(new ArrayBuffer(4)),
  resolver,
};

export const oddNames = Object.keys(odd) as (keyof typeof odd)[];

export function decoded(coded: Coded): unknown {
  if (typeof coded === 'number') return coded;
  if ('text' in coded) return String.fromCharCode(...coded.text);
  if ('bytes' in coded) return Uint8Array.from(coded.bytes);
  if ('bigint' in coded) return BigInt(coded.bigint);
  return 'list' in coded ? coded.list.map(decoded) : odd[coded.odd];
}

export function coded(value: unknown): Coded {
  if (Number.isNaN(value)) return { odd: 'nan' };
  // JSON has no infinite numbers.
  if (value === Infinity || value === -Infinity) return { odd: 'infinity' };
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (typeof value === 'string') return { text: Array.from(value.split(''), (unit) => unit.charCodeAt(0)) };
  if (Array.isArray(value)) return { list: value.map(coded) };
  if (value === resolver) return { odd: 'resolver' };
  return value instanceof Uint8Array ? { bytes: [...value] } : { odd: 'undefined' };
}

export function outcomeOf(result: unknown, [first]: readonly unknown[]): Outcome {
  return { result: coded(result), ...(first instanceof Uint8Array && { memory: [...first] }) };
}
