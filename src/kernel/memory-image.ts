/**
 * Memory that holds what calls are made with: structs, arrays of pointers, texts, and room for results. Its address is
 * that in the process which makes the calls: the stub's inbox, or memory of our own.
 */
import { jsRuntime } from '#js-runtime';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Arg, Call, Halves, Out, Words } from './call.ts';
import type { Word } from './js-runtime/js-runtime.ts';

/** 2^32 */
const HALF = 0x1_0000_0000;

export class MemoryImage {
  readonly #base: number;
  #bytes: Uint8Array;
  /** The same memory: words are set as two halves, since both architectures are little-endian. */
  #halves: Int32Array;
  #end = 0;
  readonly #fixed: boolean;
  readonly #slots = new Map<Call, number>();
  readonly #outs = new Map<Out, number>();
  readonly #structs = new Map<Words, number>();
  #known: (call: Call) => number | undefined;
  /** Whether the last argument that `resolve` has seen is a result that is not known yet: it was given its address. */
  isReference = false;

  /**
   * @param base address of the first byte, as the process sees it that makes the calls
   * @param storage the memory itself, or the capacity to begin with (it grows)
   * @param known results of calls that were made earlier
   */
  constructor(
    base: number | bigint,
    storage: Uint8Array | number,
    known: (call: Call) => number | undefined,
  ) {
    this.#base = Number(base);
    this.#fixed = typeof storage !== 'number';
    this.#bytes = typeof storage === 'number' ? new Uint8Array((storage + 7) & -8) : storage;
    this.#halves = halvesOf(this.#bytes);
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
    this.#slots.clear();
    this.#outs.clear();
    this.#structs.clear();
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
    if (this.#end > this.#bytes.length) this.#grow(this.#end);
    return start;
  }

  #grow(needed: number): void {
    if (this.#fixed) throw tooLong(needed);
    const larger = new Uint8Array(Math.max((needed + 7) & -8, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#halves = halvesOf(larger);
  }

  /** @param offset divisible by 4 */
  setWord(offset: number, value: number): void {
    const at = offset >> 2;
    // A store keeps the lowest 32 bits.
    this.#halves[at] = value;
    this.#halves[at + 1] = value >= 0 && value < HALF ? 0 : Math.floor(value / HALF);
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
    }
    return offset;
  }

  /** The memory that a call fills in. */
  memoryOf(out: Out): Uint8Array {
    const offset = this.outOffset(out);
    return this.#bytes.subarray(offset, offset + out.size);
  }

  /**
   * The value that stands for an argument other than a plain one: the address of a struct or of memory to be filled in,
   * a result, or where a result will be (see `isReference`).
   */
  resolve(arg: Exclude<Arg, Word>): number | bigint {
    this.isReference = false;
    if (arg.kind === 'call') {
      const known = this.#known(arg);
      if (known !== undefined) return known;
      this.isReference = true;
      return this.#base + this.slot(arg);
    }
    if (arg.kind === 'out') return this.#base + this.outOffset(arg);
    if (arg.kind === 'words') return this.#base + this.struct(arg);
    return this.#both(arg);
  }

  /** Writes the operation of a stub. @param result where its result will stand */
  operation(at: number, number: number, flags: number, result: number, args: readonly Word[]): void {
    this.#write((bytes, end) =>
      jsRuntime.encoder.operation(bytes, at, end, this.#base, number, flags, this.#base + result, args),
    );
  }

  /**
   * Writes a struct, once. One that takes in a result has to be written before that result gets a place elsewhere.
   *
   * @returns its offset
   */
  struct(block: Words): number {
    const existing = this.#structs.get(block);
    if (existing !== undefined) return existing;
    const start = this.reserve(block.words.length * 8);
    this.#structs.set(block, start);
    const values = block.words.map((word, index) => {
      if (typeof word !== 'object' || word instanceof Uint8Array) return word;
      if (word.kind === 'call' && this.#known(word) === undefined) {
        this.#slots.set(word, start + index * 8);
        return 0;
      }
      return this.resolve(word);
    });
    this.#write((bytes, end) => jsRuntime.encoder.words(bytes, start, end, this.#base, values));
    return start;
  }

  /** @param encode returns the new end, -1 if the memory is too small */
  #write(encode: (bytes: Uint8Array, end: number) => number): void {
    for (;;) {
      const end = encode(this.#bytes, this.#end);
      if (end >= 0) {
        this.#end = end;
        return;
      }
      this.#grow(this.#bytes.length + 1);
    }
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
}

function halvesOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
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
