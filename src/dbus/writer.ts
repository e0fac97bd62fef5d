/** Values as bytes, little-endian: D-Bus specification, "Marshaling (Wire Format)". */
import { alignments, type NumberType, numberTypes } from './basic-types.ts';
import { LARGEST_ARRAY, LARGEST_MESSAGE } from './limits.ts';
import { isObjectPath } from './names.ts';
import { protocolError, quoted } from './protocol-error.ts';
import {
  type BusValue,
  type BusVariant,
  completeTypes,
  DEEPEST_VALUE,
  innerSignature,
  isCompleteType,
  isSignature,
} from './signature.ts';
import { encodeText } from './text.ts';

export class Writer {
  #bytes = new Uint8Array(512);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  /** Zeros up to a multiple. */
  align(alignment: number): void {
    this.#reserve(0, alignment);
  }

  uint32(value: number): void {
    const at = this.#reserve(4, 4);
    this.#view.setUint32(at, value, true);
  }

  /**
   * One value for each complete type.
   *
   * @throws RuntimeError `system` for a value that the type does not have
   */
  writeAll(signature: string, values: readonly BusValue[], depth = 0): void {
    const types = completeTypes(signature);
    if (types.length !== values.length) throw unfit(signature, values);
    types.forEach((type, index) => {
      this.write(type, values[index] as BusValue, depth);
    });
  }

  /** @param type a valid complete type */
  write(type: string, value: BusValue, depth = 0): void {
    if (depth > DEEPEST_VALUE) throw protocolError('a value for D-Bus is nested too deeply');
    const kind = type[0] as string;
    if (kind === 's' || kind === 'o' || kind === 'g') this.#text(type, value);
    else if (kind === 'v') this.#variant(value, depth);
    else if (kind === 'a') this.#array(innerSignature(type), listOf(type, value), depth);
    else if (kind === '(' || kind === '{') this.#struct(innerSignature(type), listOf(type, value), depth);
    else if (kind === 'b') this.#boolean(value);
    else this.#number(type, value);
  }

  /** An array whose elements `fill` writes. */
  writeArray(alignment: number, fill: () => void): void {
    const at = this.#reserve(4, 4);
    // The padding before the first element is not part of the length, and is there even if there are no elements.
    this.align(alignment);
    const start = this.#end;
    fill();
    const length = this.#end - start;
    if (length > LARGEST_ARRAY) throw protocolError(`an array for D-Bus is too long, ${length} bytes`);
    this.#view.setUint32(at, length, true);
  }

  #number(type: string, value: BusValue): void {
    const { size, least, most, set } = numberTypes[type] as NumberType;
    if (typeof value !== 'number' && typeof value !== 'bigint') throw unfit(type, value);
    const isOfType =
      type === 'd' ? typeof value === 'number' : typeof value === 'bigint' || Number.isInteger(value);
    if (!isOfType || value < least || value > most) throw unfit(type, value);
    const at = this.#reserve(size, size);
    set(this.#view, at, value);
  }

  #boolean(value: BusValue): void {
    if (typeof value !== 'boolean') throw unfit('b', value);
    this.uint32(value ? 1 : 0);
  }

  #text(type: string, value: BusValue): void {
    if (typeof value !== 'string' || !isText(type, value)) throw unfit(type, value);
    const bytes = encodeText(value);
    if (type === 'g') this.#number('y', bytes.length);
    else this.uint32(bytes.length);
    const at = this.#reserve(bytes.length + 1);
    this.#bytes.set(bytes, at);
  }

  #variant(value: BusValue, depth: number): void {
    const { signature, value: inner } = value as BusVariant;
    if (typeof signature !== 'string' || !isCompleteType(signature)) throw unfit('v', value);
    this.#text('g', signature);
    this.write(signature, inner, depth + 1);
  }

  #struct(members: string, values: readonly BusValue[], depth: number): void {
    this.align(8);
    this.writeAll(members, values, depth + 1);
  }

  #array(inner: string, values: readonly BusValue[], depth: number): void {
    this.writeArray(alignments[inner[0] as string] as number, () => {
      for (const one of values) this.write(inner, one, depth + 1);
    });
  }

  /** @returns where the new bytes begin: they are zero */
  #reserve(size: number, alignment = 1): number {
    const start = (this.#end + alignment - 1) & -alignment;
    const end = start + size;
    if (end > LARGEST_MESSAGE) throw protocolError(`a message for D-Bus is too long, ${end} bytes`);
    if (end > this.#bytes.length) this.#grow(end);
    this.#end = end;
    return start;
  }

  #grow(end: number): void {
    const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Whether the text is a value of the type: `s`, `o` or `g`. */
export function isText(type: string, value: string): boolean {
  if (type === 'o') return isObjectPath(value);
  return type === 'g' ? isSignature(value) : !value.includes('\0');
}

function listOf(type: string, value: BusValue): readonly BusValue[] {
  if (!Array.isArray(value)) throw unfit(type, value);
  return value;
}

function unfit(type: string, value: BusValue) {
  const text = Array.isArray(value) ? `a list of ${value.length}` : quoted(`${shown(value)}`);
  return protocolError(`${text} is not a value of the D-Bus type "${type}"`);
}

function shown(value: BusValue): BusValue {
  return typeof value === 'object' && 'signature' in value ? `a variant of ${value.signature}` : value;
}
