/** Numbers as the symbols of `../constants/`: by prefix, so that a new constant is known here at once. */
import { constants as named } from './constants.generated.js';

interface Constant {
  readonly name: string;
  readonly value: bigint;
}

const constants: readonly Constant[] = named.map(([name, value]) => ({ name, value }));

/** The constants that belong to an argument: masks of several bits first, and then by value. */
export type SymbolSet = readonly Constant[];

/**
 * Goes through all constants: to be made once, when a module is evaluated.
 *
 * @param except exact names that only look as if they belonged
 */
export function symbolSet(prefixes: readonly string[], except: readonly string[] = []): SymbolSet {
  const members = constants.filter(
    ({ name }) => prefixes.some((prefix) => name.startsWith(prefix)) && !except.includes(name),
  );
  return members.sort(byBits);
}

/** Words such as `O_PATH|O_CLOEXEC`; bits that no constant names follow in hexadecimal; 0 is `0`. */
export function flagWords(value: number | bigint, set: SymbolSet): string {
  let left = unsigned(value);
  const found: string[] = [];
  for (const { name, value: bits } of set) {
    if (bits <= 0n || (left & bits) !== bits) continue;
    found.push(name);
    left &= ~bits;
  }
  if (left !== 0n) found.push(hexadecimal(left));
  return found.join('|') || '0';
}

/** The one symbol that stands for the value, or the number itself. */
export function symbol(value: number | bigint, set: SymbolSet): string {
  return set.find((constant) => constant.value === BigInt(value))?.name ?? String(value);
}

export function hexadecimal(value: number | bigint): string {
  return `0x${unsigned(value).toString(16)}`;
}

/** Masks of several bits first: `STATX_BASIC_STATS` and not its parts; then by value. */
function byBits(a: Constant, b: Constant): number {
  return bitCount(b.value) - bitCount(a.value) || Number(a.value - b.value);
}

function bitCount(value: bigint): number {
  return value < 0n ? 0 : value.toString(2).replaceAll('0', '').length;
}

function unsigned(value: number | bigint): bigint {
  return BigInt.asUintN(typeof value === 'number' ? 32 : 64, BigInt(value));
}
