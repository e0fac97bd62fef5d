/** How one argument is written: its kind. Every kind falls back to the plain value where it does not fit. */
import { decodeLatin1, viewOf } from '../bytes.ts';
import type { Arg, Call, Out } from '../call.ts';
import { hexadecimal } from './flags.ts';

/** What results are called: `$3`. */
export interface ResultNames {
  /** Undefined where no other call refers to it. */
  of(call: Call): string | undefined;
  /** The call that fills in this memory, by its name. */
  filledBy(memory: Out): string | undefined;
}

export interface Context {
  readonly call: Call;
  readonly names: ResultNames;
}

/** Undefined: not shown, since the kernel does not take it. */
export type Kind = (arg: Arg, context: Context) => string | undefined;

/** A kind for numbers; anything else is written plainly. */
export function ofNumber(write: (value: number | bigint) => string): Kind {
  return (arg, context) =>
    typeof arg === 'number' || typeof arg === 'bigint' ? write(arg) : plain(arg, context);
}

/** A kind for memory that we fill in. */
export function ofBytes(write: (view: DataView, bytes: Uint8Array) => string): Kind {
  return (arg, context) => (arg instanceof Uint8Array ? write(viewOf(arg), arg) : plain(arg, context));
}

/** Two 32-bit members. */
export type HalfMembers = readonly [low: readonly [string, Kind], high: readonly [string, Kind]];

/** A struct some of whose words are two members; those that are 0 are left out. */
export function packedStruct(members: readonly (readonly [string, Kind] | HalfMembers)[]): Kind {
  return (arg, context) => {
    if (!isBlock(arg)) return plain(arg, context);
    const named = members.flatMap((member, index) => named64(member, arg.words[index] ?? 0, context));
    return `{${named.join(', ')}}`;
  };
}

function named64(member: readonly [string, Kind] | HalfMembers, word: Arg, context: Context): string[] {
  if (typeof member[0] === 'string') {
    const [name, kind] = member as readonly [string, Kind];
    return word === 0 ? [] : [`${name}=${kind(word, context)}`];
  }
  const { low, high } = typeof word === 'object' && 'low' in word ? word : { low: word, high: 0 };
  const [first, second] = member as HalfMembers;
  return [...named64(first, low, context), ...named64(second, high, context)];
}

/** A struct of 64-bit members, each with a name. */
export function struct(members: Readonly<Record<string, Kind>>, showZero: readonly string[] = []): Kind {
  return (arg, context) => {
    if (!isBlock(arg)) return plain(arg, context);
    const named = Object.entries(members).flatMap(([name, kind], index) => {
      const word = arg.words[index];
      if (word === undefined || (word === 0 && !showZero.includes(name))) return [];
      return [`${name}=${kind(word, context)}`];
    });
    return `{${named.join(', ')}}`;
  };
}

/** An array of pointers that ends with a null pointer. */
export function nullTerminated(kind: Kind): Kind {
  return (arg, context) =>
    isBlock(arg)
      ? `[${arg.words
          .slice(0, -1)
          .map((word) => kind(word, context))
          .join(', ')}]`
      : plain(arg, context);
}

/** The argument by its own type alone. */
export function plain(arg: Arg, { call, names }: Context): string {
  if (typeof arg === 'number' || typeof arg === 'bigint') return String(arg);
  if (typeof arg === 'string') return quote(arg);
  if (arg instanceof Uint8Array) return quoteBytes(arg);
  if (arg.kind === 'call') return names.of(arg) ?? '$?';
  if (arg.kind === 'out') {
    const owner = call.out === arg ? undefined : names.filledBy(arg);
    return owner === undefined ? `[${arg.size} bytes, filled in]` : `[what ${owner} filled in]`;
  }
  if (arg.kind === 'halves') {
    return [arg.low, arg.high].map((half) => plain(half, { call, names })).join(', ');
  }
  return `{${arg.words.map((word) => plain(word, { call, names })).join(', ')}}`;
}

/** In double quotes, with the escapes of JSON. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** A string that ends with a NUL, where bytes stand for one. */
export const text: Kind = (arg, context) => {
  const end = arg instanceof Uint8Array ? arg.indexOf(0) : -1;
  return end < 0 ? plain(arg, context) : quoteBytes((arg as Uint8Array).subarray(0, end));
};

/** Text as text, anything else in hexadecimal, as strace(1) does. */
export function quoteBytes(bytes: Uint8Array): string {
  const characters = decodeLatin1(bytes);
  if (/^[\n\u0020-\u007e]*$/.test(characters)) return quote(characters);
  return `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`;
}

export const number: Kind = plain;
export const hex: Kind = ofNumber(hexadecimal);
export const octal: Kind = ofNumber((value) => (value === 0 ? '0' : `0${value.toString(8)}`));
/** A pointer that may be null. */
export const pointer: Kind = (arg, context) => (arg === 0 ? 'NULL' : plain(arg, context));
/** Not an argument of the system call: the stub's own. */
export const hidden: Kind = () => undefined;

function isBlock(arg: Arg): arg is Extract<Arg, { readonly kind: 'words' }> {
  return typeof arg === 'object' && 'kind' in arg && arg.kind === 'words';
}
