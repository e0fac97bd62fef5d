/** Bytes as values. All that a peer may get wrong is an error: D-Bus specification, "Marshaling (Wire Format)". */
import { viewOf } from '../kernel/bytes.ts';
import { alignments, type NumberType, numberTypes } from './basic-types.ts';
import { LARGEST_ARRAY } from './limits.ts';
import { isObjectPath } from './names.ts';
import { protocolError } from './protocol-error.ts';
import {
  type BusValue,
  completeTypes,
  DEEPEST_VALUE,
  innerSignature,
  isCompleteType,
  isSignature,
} from './signature.ts';
import { decodeText } from './text.ts';

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #at: number;

  /** @param bytes that begin at a multiple of 8 in the message */
  constructor(bytes: Uint8Array, littleEndian: boolean, start = 0) {
    this.#at = start;
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#littleEndian = littleEndian;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws RuntimeError `system` if the padding is not there, or not zero */
  align(alignment: number): void {
    const end = (this.#at + alignment - 1) & -alignment;
    while (this.#at < end) {
      const padding = this.#bytes[this.#at++];
      if (padding !== 0) throw garbled(padding === undefined ? 'it ends early' : 'its padding is not zero');
    }
  }

  /**
   * One value for each complete type of a valid signature.
   *
   * @throws RuntimeError `system`
   */
  readAll(signature: string, depth = 0): BusValue[] {
    return completeTypes(signature).map((type) => this.read(type, depth));
  }

  /** @param type a valid complete type */
  read(type: string, depth = 0): BusValue {
    if (depth > DEEPEST_VALUE) throw garbled('it is nested too deeply');
    const kind = type[0] as string;
    if (kind === 's' || kind === 'o' || kind === 'g') return this.#text(type);
    if (kind === 'v') return this.#variant(depth);
    if (kind === 'a') return this.#array(innerSignature(type), depth);
    if (kind === '(' || kind === '{') return this.#struct(innerSignature(type), depth);
    return kind === 'b' ? this.#boolean() : this.#number(type);
  }

  /** An array whose elements `take` reads one after the other. */
  readArray(alignment: number, take: () => void): void {
    const length = this.#uint32();
    if (length > LARGEST_ARRAY) throw garbled('an array is too long');
    this.align(alignment);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw garbled('it ends early');
    while (this.#at < end) take();
    if (this.#at !== end) throw garbled('the length of an array does not fit its elements');
  }

  /**
   * Takes the signature of a variant if it is this one.
   *
   * @param type one character
   */
  takeSignature(type: string): boolean {
    const bytes = this.#bytes;
    const at = this.#at;
    const isIt = bytes[at] === 1 && bytes[at + 1] === type.charCodeAt(0) && bytes[at + 2] === 0;
    if (isIt) this.#at += 3;
    return isIt;
  }

  #number(type: string): number | bigint {
    const { size, get } = numberTypes[type] as NumberType;
    this.align(size);
    return get(this.#view, this.#take(size), this.#littleEndian);
  }

  #uint32(): number {
    this.align(4);
    return this.#view.getUint32(this.#take(4), this.#littleEndian);
  }

  #boolean(): boolean {
    const value = this.#uint32();
    if (value > 1) throw garbled('a boolean is neither 0 nor 1');
    return value === 1;
  }

  #text(type: string): string {
    const length = type === 'g' ? this.#view.getUint8(this.#take(1)) : this.#uint32();
    const start = this.#take(length + 1);
    const bytes = this.#bytes.subarray(start, start + length);
    if (this.#bytes[start + length] !== 0 || bytes.includes(0))
      throw garbled('a string does not end with its only NUL');
    const text = decodeText(bytes);
    if (text === undefined) throw garbled('a string is not UTF-8');
    if (type === 'o' && !isObjectPath(text)) throw garbled('an object path is not valid');
    if (type === 'g' && !isSignature(text)) throw garbled('a signature is not valid');
    return text;
  }

  #variant(depth: number): BusValue {
    const signature = this.#text('g');
    if (!isCompleteType(signature)) throw garbled('the type of a variant is not a single one');
    return { signature, value: this.read(signature, depth + 1) };
  }

  #struct(members: string, depth: number): BusValue {
    this.align(8);
    return this.readAll(members, depth + 1);
  }

  #array(inner: string, depth: number): BusValue {
    const values: BusValue[] = [];
    const take = () => void values.push(this.read(inner, depth + 1));
    this.readArray(alignments[inner[0] as string] as number, take);
    return values;
  }

  #take(size: number): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) throw garbled('it ends early');
    this.#at = start + size;
    return start;
  }
}

/** @param why what is wrong with "it", the message */
export function garbled(why: string) {
  return protocolError(`the message from the bus is garbled: ${why}`);
}
