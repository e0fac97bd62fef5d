/** What a message says about itself: D-Bus specification, "Header Fields". */
import { isBusName, isInterface, isMember } from './names.ts';
import { garbled } from './reader.ts';
import type { BusValue, BusVariant } from './signature.ts';
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

/** The type of the array of fields. */
export const FIELDS = 'a(yv)';

/** Writes the array; as a value of its type it would take twice as long. */
export function writeFields(writer: Writer, header: HeaderFields): void {
  writer.writeArray(8, () => {
    for (const name of names) {
      const value = header[name];
      if (value === undefined || value === '') continue;
      const { code, type } = fields[name];
      writer.align(8);
      writer.write('y', code);
      writer.write('g', type);
      writer.write(type, value);
    }
  });
}

/**
 * @param list a value of the type `FIELDS`
 * @throws RuntimeError `system`
 */
export function decodeFields(list: BusValue): HeaderFields {
  const found: Record<string, BusValue> = {};
  for (const [code, { signature, value }] of list as readonly (readonly [number, BusVariant])[]) {
    const name = names.find((one) => fields[one].code === code);
    if (code === 0) throw garbled('a header field has the number 0');
    // A receiver ignores fields that it does not know.
    if (name === undefined) continue;
    const { type, isValid } = fields[name];
    const isRight = signature === type && isValid(value) && !(name in found);
    if (!isRight) throw garbled(`its header field "${name}" is not valid`);
    found[name] = value;
  }
  return found;
}
