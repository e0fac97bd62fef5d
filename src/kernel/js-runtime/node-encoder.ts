/** The encoder for Node: what src/native/encode.c does for the executable. */
import { type Encoder, IN_STRUCT, type Resolver } from './js-runtime.ts';

const WORD = 8;

export const encoder: Encoder = {
  words: (memory, at, end, base, values, resolver) =>
    new Writer(memory, end, base, resolver).encode(at, values),
};

class Writer {
  readonly #memory: Buffer;
  readonly #base: number;
  readonly #resolver: Resolver;
  #end: number;

  constructor({ buffer, byteOffset, length }: Uint8Array, end: number, base: number, resolver: Resolver) {
    this.#memory = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
    this.#end = end;
    this.#base = base;
    this.#resolver = resolver;
  }

  encode(at: number, values: readonly unknown[]): number {
    this.#write(at, values, false);
    return Math.max(this.#end, at + values.length * WORD) <= this.#memory.length ? this.#end : -1;
  }

  #write(at: number, values: readonly unknown[], isInStruct: boolean): void {
    values.forEach((value, index) => {
      const word = this.#wordFor(value, isInStruct ? IN_STRUCT : index);
      // Beyond the end, what is written does not count.
      if (at + index * WORD + WORD <= this.#memory.length)
        this.#memory.writeBigUInt64LE(BigInt.asUintN(64, BigInt(word)), at + index * WORD);
    });
  }

  #wordFor(value: unknown, index: number): number | bigint {
    if (typeof value === 'string') return this.#put(Buffer.from(`${checked(value)}\0`), 1);
    const word = typeof value === 'object' && value !== null ? this.#resolver.resolve(value, index) : value;
    if (word instanceof Uint8Array) return this.#put(word, WORD);
    return Array.isArray(word) ? this.#struct(word) : (word as number | bigint);
  }

  #put(bytes: Uint8Array, alignment: number): number {
    const start = this.#reserve(bytes.length, alignment);
    if (this.#end <= this.#memory.length) this.#memory.set(bytes, start);
    return this.#base + start;
  }

  #struct(words: readonly unknown[]): number {
    const start = this.#reserve(words.length * WORD, WORD);
    this.#write(start, words, true);
    return this.#base + start;
  }

  #reserve(size: number, alignment: number): number {
    const start = (this.#end + alignment - 1) & -alignment;
    this.#end = start + size;
    return start;
  }
}

/** @throws TypeError for a text with a NUL */
export function checked(text: string): string {
  if (text.includes('\0')) throw new TypeError(`NUL in the string ${JSON.stringify(text)}`);
  return text;
}
