/**
 * Lays out the arguments of calls in a block of memory whose address is known: strings, structs, arrays of
 * pointers. Used for both executors: the local one (address of a buffer of ours) and the stub (its inbox).
 *
 * Every command encodes some six hundred calls in an engine that is not warm, so this is written for an
 * interpreter: words are set as two halves of a typed array (both architectures are little-endian), not through
 * a DataView, and addresses are numbers: none is beyond 2^53.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Arg, Call, Halves, Out, Words } from './call.ts';

/** 2^32 */
const HALF = 0x1_0000_0000;

/** Where a value stands, and whether the value itself or its address goes into the argument. */
export interface Encoded {
  readonly value: bigint | number;
  /** True: `value` is the address of a result that is not known yet. */
  readonly reference: boolean;
}

export class MemoryImage {
  readonly #base: number;
  #bytes: Uint8Array;
  /** The same memory: a buffer writes a string in one call. */
  #text: Buffer;
  #halves: Int32Array;
  #end = 0;
  /** The length of all three, which is a getter too. */
  #capacity: number;
  readonly #fixed: boolean;
  readonly #slots = new Map<Call, number>();
  readonly #outs = new Map<Out, number>();
  readonly #structs = new Map<Words, number>();
  /** Whether there is anything in these maps: their sizes are getters, and a local call has nothing there. */
  #hasPlaces = false;
  #known: (call: Call) => number | undefined;

  /**
   * @param base address of the first byte, as the process sees it that executes the calls
   * @param storage the memory itself, or the capacity to begin with (it grows)
   * @param known results of calls that were executed earlier
   */
  constructor(
    base: number | bigint,
    storage: Uint8Array | number,
    known: (call: Call) => number | undefined,
  ) {
    this.#base = Number(base);
    this.#fixed = typeof storage !== 'number';
    const bytes = typeof storage === 'number' ? new Uint8Array(storage) : storage;
    this.#bytes = bytes;
    this.#capacity = bytes.length;
    this.#text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#halves = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    this.#known = known;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  address(offset: number): number {
    return this.#base + offset;
  }

  /** Forgets everything: the memory is used anew. */
  reset(known: (call: Call) => number | undefined): void {
    this.#end = 0;
    this.#known = known;
    if (!this.#hasPlaces) return;
    this.#slots.clear();
    this.#outs.clear();
    this.#structs.clear();
    this.#hasPlaces = false;
  }

  /** The signed word that stands there. @param offset divisible by 4 */
  word(offset: number): number {
    const at = offset >> 2;
    return (this.#halves[at + 1] ?? 0) * HALF + ((this.#halves[at] ?? 0) >>> 0);
  }

  /** Takes aligned space and returns its offset. */
  reserve(size: number, alignment = 8): number {
    const start = (this.#end + alignment - 1) & -alignment;
    this.#end = start + size;
    if (this.#end > this.#capacity) this.#grow();
    return start;
  }

  #grow(): void {
    if (this.#fixed) throw tooLong(this.#end);
    this.#capacity = Math.max((this.#end + 7) & -8, this.#capacity * 2);
    const larger = new Uint8Array(this.#capacity);
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#text = Buffer.from(larger.buffer);
    this.#halves = new Int32Array(larger.buffer);
  }

  /** @param offset divisible by 4 */
  setWord(offset: number, value: number | bigint): void {
    const at = offset >> 2;
    if (typeof value === 'number') {
      // A store keeps the lowest 32 bits.
      this.#halves[at] = value;
      this.#halves[at + 1] = value >= 0 && value < HALF ? 0 : Math.floor(value / HALF);
    } else {
      this.#halves[at] = Number(BigInt.asIntN(32, value));
      this.#halves[at + 1] = Number(BigInt.asIntN(32, value >> 32n));
    }
  }

  /** @param offset divisible by 4 */
  setHalf(offset: number, value: number): void {
    this.#halves[offset >> 2] = value;
  }

  /** Says where a call's result will stand, unless it has a place already. @returns where it stands */
  placeResult(call: Call, offset: number): number {
    const existing = this.#slots.get(call);
    if (existing !== undefined) return existing;
    this.#slots.set(call, offset);
    this.#hasPlaces = true;
    return offset;
  }

  /** Where the call's result will stand. */
  slot(call: Call): number {
    const offset = this.#slots.get(call);
    if (offset === undefined)
      throw new TypeError(`the result of ${call.name} is used, but the call is not made`);
    return offset;
  }

  outOffset(out: Out): number {
    let offset = this.#outs.get(out);
    if (offset === undefined) {
      offset = this.reserve(out.size);
      // What grows is new, and what is counted is not looked at further than it is filled.
      if (this.#fixed && !out.counted) this.#bytes.fill(0, offset, offset + out.size);
      if (out.initial) this.#bytes.set(out.initial, offset);
      this.#outs.set(out, offset);
      this.#hasPlaces = true;
    }
    return offset;
  }

  /** What a call has filled in. @param result the call's */
  copyOf(out: Out, result: number): Uint8Array {
    const offset = this.outOffset(out);
    const size = out.counted ? Math.max(0, Math.min(out.size, result)) : out.size;
    return this.#bytes.slice(offset, offset + size);
  }

  /**
   * Writes the word that stands for the argument.
   *
   * @returns whether it is the address of a result that is not known yet
   */
  write(offset: number, arg: Arg): boolean {
    if (typeof arg === 'number') {
      this.setWord(offset, arg);
      return false;
    }
    if (typeof arg === 'string') {
      this.setWord(offset, this.#base + this.#string(arg));
      return false;
    }
    if (isCall(arg)) {
      const known = this.#known(arg);
      this.setWord(offset, known ?? this.#base + this.slot(arg));
      return known === undefined;
    }
    this.setWord(offset, this.encode(arg).value);
    return false;
  }

  encode(arg: Arg): Encoded {
    if (typeof arg === 'number' || typeof arg === 'bigint') return { value: arg, reference: false };
    if (typeof arg === 'string') return this.#at(this.#string(arg));
    if (arg instanceof Uint8Array) return this.#at(this.#copy(arg));
    if (arg.kind === 'out') return this.#at(this.outOffset(arg));
    if (arg.kind === 'words') return this.#at(this.#words(arg));
    if (arg.kind === 'halves') return { value: this.#both(arg), reference: false };
    const known = this.#known(arg);
    if (known !== undefined) return { value: known, reference: false };
    return { value: this.address(this.slot(arg)), reference: true };
  }

  #both({ low, high }: Halves): bigint {
    const [lower = 0, upper = 0] = [low, high].map((half) => (isCall(half) ? this.#result(half) : half));
    return BigInt.asUintN(32, BigInt(lower)) | (BigInt.asUintN(32, BigInt(upper)) << 32n);
  }

  #result(call: Call): number {
    const known = this.#known(call);
    if (known === undefined)
      throw new TypeError(`the result of ${call.name} is half a word, and not known yet`);
    return known;
  }

  #at(offset: number): Encoded {
    return { value: this.address(offset), reference: false };
  }

  #string(text: string): number {
    // A NUL would end the string early for the kernel: the file checked and the file used would differ.
    if (text.includes('\0')) throw new TypeError(`NUL in the string ${JSON.stringify(text)}`);
    const start = this.#end;
    this.reserve(text.length * 3 + 1, 1);
    const end = start + this.#text.write(text, start);
    this.#bytes[end] = 0;
    this.#end = end + 1;
    return start;
  }

  #copy(bytes: Uint8Array): number {
    const start = this.reserve(bytes.length);
    this.#bytes.set(bytes, start);
    return start;
  }

  /** Structs that take in a result have to be encoded before that result gets a place elsewhere. */
  #words(block: Words): number {
    const existing = this.#structs.get(block);
    if (existing !== undefined) return existing;
    const start = this.reserve(block.words.length * 8);
    this.#structs.set(block, start);
    this.#hasPlaces = true;
    for (let index = 0; index < block.words.length; index++) {
      const word = block.words[index] as Arg;
      const place = start + index * 8;
      this.setWord(place, 0);
      if (isCall(word) && this.#known(word) === undefined) this.#slots.set(word, place);
      else this.write(place, word);
    }
    return start;
  }
}

function isCall(arg: Arg): arg is Call {
  return typeof arg === 'object' && (arg as { readonly kind?: string }).kind === 'call';
}

/** A user's strings are to blame: all else is short. */
export function tooLong(size: number): RuntimeError {
  return new RuntimeError('config', `the arguments of a system call, ${size} bytes, are too long`, {
    hint: 'a path has at most 4,095 bytes; the arguments and the environment of a process have 6 MiB together',
  });
}
