/** What a message says about itself: D-Bus specification, "Header Fields". */
import { isBusName, isInterface, isMember } from './names.ts';
import { garbled, type Reader } from './reader.ts';
import type { BusValue } from './signature.ts';
import type { Writer } from './writer.ts';

export interface HeaderFields {
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly errorName?: string;
  readonly replySerial?: number;
  readonly destination?: string;
  readonly sender?: string;
  /** Of the body. */
  readonly signature?: string;
}

interface Field {
  readonly code: number;
  readonly type: string;
  readonly isValid: (value: BusValue) => boolean;
}

/** In the order in which libsystemd writes them. */
const fields: Readonly<Record<keyof HeaderFields, Field>> = {
  path: { code: 1, type: 'o', isValid: () => true },
  member: { code: 3, type: 's', isValid: (name) => isMember(`${name}`) },
  interface: { code: 2, type: 's', isValid: (name) => isInterface(`${name}`) },
  destination: { code: 6, type: 's', isValid: (name) => isBusName(`${name}`) },
  errorName: { code: 4, type: 's', isValid: (name) => isInterface(`${name}`) },
  replySerial: { code: 5, type: 'u', isValid: (serial) => serial !== 0 },
  sender: { code: 7, type: 's', isValid: (name) => isBusName(`${name}`) },
  signature: { code: 8, type: 'g', isValid: () => true },
};

const names = Object.keys(fields) as readonly (keyof HeaderFields)[];
const byCode = new Map(names.map((name) => [fields[name].code, name]));

/** Writes the array `a(yv)`. */
export function writeFields(writer: Writer, header: HeaderFields): void {
  writer.writeArray(8, () => {
    for (const name of names) {
      const value = header[name];
      if (value === undefined || value === '') continue;
      const { code, type } = fields[name];
      writer.align(8);
      // The code; the signature of the variant: its length, a character, a NUL.
      writer.uint32(code | (1 << 8) | (type.charCodeAt(0) << 16));
      writer.write(type, value);
    }
  });
}

/**
 * Reads that array.
 *
 * @throws RuntimeError `system`
 */
export function readFields(reader: Reader): HeaderFields {
  const found: Record<string, BusValue> = {};
  reader.readArray(8, () => {
    reader.align(8);
    const code = reader.read('y') as number;
    if (code === 0) throw garbled('a header field has the number 0');
    const name = byCode.get(code);
    // A receiver ignores fields that it does not know.
    if (name === undefined) return void reader.read('v', 1);
    const { type, isValid } = fields[name];
    const value = reader.takeSignature(type) ? reader.read(type) : undefined;
    const isRight = value !== undefined && isValid(value) && !(name in found);
    if (!isRight) throw garbled(`its header field "${name}" is not valid`);
    found[name] = value;
  });
  return found;
}
