/**
 * Memory that holds what calls are made with: structs, arrays of pointers, texts, and room for results. Its address is
 * that in the process which makes the calls: the stub's inbox, or memory of our own.
 */
import { jsRuntime } from '#js-runtime';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Arg, Call, Halves, Out, Words } from './call.ts';
import { IN_STRUCT, type Resolver } from './js-runtime/js-runtime.ts';

/** Arguments that are objects. */
type ArgObject = Exclude<Arg, string | number | bigint>;

/** 2^32 */
const HALF = 0x1_0000_0000;

export class MemoryImage implements Resolver {
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
  readonly #missing: (call: Call, index: number) => number;
  /** Of the words that are being written: a bit for each result that is not known yet. */
  #references = 0;

  /**
   * @param base address of the first byte, as the process sees it that makes the calls
   * @param storage the memory itself, or the capacity to begin with (it grows)
   * @param known results of calls that were made earlier
   * @param missing gives the word for a result that is neither known nor has a place; `index` is that of `Resolver`
   */
  constructor(
    base: number | bigint,
    storage: Uint8Array | number,
    known: (call: Call) => number | undefined,
    missing: (call: Call, index: number) => number = isMissing,
  ) {
    this.#base = Number(base);
    this.#fixed = typeof storage !== 'number';
    this.#bytes = typeof storage === 'number' ? new Uint8Array((storage + 7) & -8) : storage;
    this.#halves = halvesOf(this.#bytes);
    this.#known = known;
    this.#missing = missing;
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

  /** Gives a call's result its place, unless it has one in a struct. @returns its place */
  placeResult(call: Call, offset: number): number {
    const existing = this.#structs.size > 0 ? this.#slots.get(call) : undefined;
    if (existing !== undefined) return existing;
    this.#slots.set(call, offset);
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
   * Gives a struct its place before anything refers to it. Results that are not known yet will stand in it and nowhere
   * else.
   *
   * @param calls those whose results will be known
   */
  placeStruct(struct: Words, calls: readonly Call[]): void {
    const start = this.reserve(struct.words.length * 8);
    this.#structs.set(struct, start);
    const values = struct.words.map((word, index) => {
      if (!isCall(word) || this.#known(word) !== undefined) return word;
      if (!calls.includes(word)) return this.#missing(word, IN_STRUCT);
      this.#slots.set(word, start + index * 8);
      return 0;
    });
    this.write(start, values);
  }

  /** Writes a struct, or finds memory that was placed. */
  addressOf(memory: Words | Halves | Out): number | bigint {
    if (memory.kind === 'halves') return this.#both(memory);
    if (memory.kind === 'out') return this.#base + this.outOffset(memory);
    const placed = this.#structs.get(memory);
    if (placed !== undefined) return this.#base + placed;
    const start = this.reserve(memory.words.length * 8);
    if (this.write(start, memory.words) === 0) return this.#base + start;
    throw new TypeError('a struct takes in a result, and has no place');
  }

  /**
   * Writes words, and behind everything else what they point to.
   *
   * @returns a bit for each word that is the address of a result
   */
  write(at: number, values: readonly Arg[]): number {
    for (;;) {
      this.#references = 0;
      const end = jsRuntime.encoder.words(this.#bytes, at, this.#end, this.#base, values, this);
      if (end >= 0) {
        this.#end = end;
        return this.#references;
      }
      this.#grow(this.#bytes.length + 1);
    }
  }

  /** Of `Resolver`. Nothing may be written meanwhile. */
  resolve(object: object, index: number): number | bigint | Uint8Array | readonly Arg[] {
    const value = object as ArgObject;
    if (value instanceof Uint8Array) return value;
    if (value.kind === 'call') return this.#result(value, index);
    if (value.kind === 'halves') return this.#both(value);
    if (value.kind === 'out') return this.#base + this.#placeOf(value);
    const placed = this.#structs.get(value);
    return placed === undefined ? value.words : this.#base + placed;
  }

  #result(call: Call, index: number): number {
    const known = this.#known(call);
    if (known !== undefined) return known;
    const slot = this.#slots.get(call);
    if (slot === undefined) return this.#missing(call, index);
    if (index === IN_STRUCT)
      throw new TypeError(`a struct takes in the result of ${call.name}, and has no place`);
    this.#references |= 1 << index;
    return this.#base + slot;
  }

  #both({ low, high }: Halves): bigint {
    const [lower = 0, upper = 0] = [low, high].map((half) =>
      isCall(half) ? this.#result(half, IN_STRUCT) : half,
    );
    return BigInt.asUintN(32, BigInt(lower)) | (BigInt.asUintN(32, BigInt(upper)) << 32n);
  }

  #placeOf(out: Out): number {
    const offset = this.#outs.get(out);
    if (offset === undefined) throw new TypeError('memory to be filled in has no place');
    return offset;
  }
}

function isMissing({ name }: Call): never {
  throw new TypeError(`the result of ${name} is used, but the call is not made`);
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
