/** The encoder for Node: what src/native/encode.c does for the executable. */
import type { Encoder, Word } from './js-runtime.ts';

const ALIGNMENT = 8;
const ARGUMENTS = 6;

export const encoder: Encoder = {
  words: (memory, at, end, base, values) => new Writer(memory, end, base).words(at, values),
  operation(memory, at, end, base, number, flags, result, args) {
    const view = new DataView(memory.buffer, memory.byteOffset);
    view.setUint32(at, number, true);
    view.setUint32(at + 4, flags, true);
    const missing = new Array<number>(ARGUMENTS - args.length).fill(0);
    return new Writer(memory, end, base).words(at + 8, [...args, ...missing, result]);
  },
};

class Writer {
  readonly #memory: Buffer;
  readonly #base: number;
  #end: number;

  constructor({ buffer, byteOffset, length }: Uint8Array, end: number, base: number) {
    this.#memory = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
    this.#end = end;
    this.#base = base;
  }

  words(at: number, values: readonly Word[]): number {
    values.forEach((value, index) => {
      const word = this.#wordFor(value);
      // Beyond the end, what is written does not count.
      if (at + index * 8 + 8 <= this.#memory.length)
        this.#memory.writeBigUInt64LE(BigInt.asUintN(64, BigInt(word)), at + index * 8);
    });
    return this.#end <= this.#memory.length ? this.#end : -1;
  }

  #wordFor(value: Word): number | bigint {
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    if (typeof value === 'string') return this.#put(Buffer.from(`${checked(value)}\0`), 1);
    return this.#put(value, ALIGNMENT);
  }

  #put(bytes: Uint8Array, alignment: number): number {
    const start = (this.#end + alignment - 1) & -alignment;
    this.#end = start + bytes.length;
    if (this.#end <= this.#memory.length) this.#memory.set(bytes, start);
    return this.#base + start;
  }
}

/** @throws TypeError for a text with a NUL */
export function checked(text: string): string {
  if (text.includes('\0')) throw new TypeError(`NUL in the string ${JSON.stringify(text)}`);
  return text;
}
