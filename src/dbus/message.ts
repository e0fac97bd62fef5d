/** Messages: D-Bus specification, "Message Format". */
import { type HeaderFields, readFields, writeFields } from './header-fields.ts';
import { LARGEST_ARRAY, LARGEST_MESSAGE } from './limits.ts';
import { garbled, Reader } from './reader.ts';
import type { BusValue } from './signature.ts';
import { Writer } from './writer.ts';

export const METHOD_CALL = 1;
export const METHOD_RETURN = 2;
export const ERROR = 3;
export const SIGNAL = 4;

export const NO_REPLY_EXPECTED = 1;

/** The bytes that tell how long a message is. */
export const MESSAGE_START = 16;

/** The array of fields follows. */
const FIELDS_START = 12;
const VERSION = 1;
const LITTLE_ENDIAN = 'l'.charCodeAt(0);
const BIG_ENDIAN = 'B'.charCodeAt(0);

export interface MessageHeader extends HeaderFields {
  readonly type: number;
  readonly flags: number;
  /** From 1 on. */
  readonly serial: number;
}

export interface Message extends MessageHeader {
  /** @throws RuntimeError `system` if the body does not fit its signature */
  values(): readonly BusValue[];
}

const required: Readonly<Record<number, readonly (keyof HeaderFields)[]>> = {
  [METHOD_CALL]: ['path', 'member'],
  [METHOD_RETURN]: ['replySerial'],
  [ERROR]: ['errorName', 'replySerial'],
  [SIGNAL]: ['path', 'interface', 'member'],
};

/** @throws RuntimeError `system` for a value that its type does not have */
export function encodeMessage(header: MessageHeader, args: readonly BusValue[]): Uint8Array {
  const body = new Writer();
  body.writeAll(header.signature ?? '', args);
  const writer = new Writer();
  writer.uint32(LITTLE_ENDIAN | (header.type << 8) | (header.flags << 16) | (VERSION << 24));
  writer.uint32(body.bytes().length);
  writer.uint32(header.serial);
  writeFields(writer, header);
  writer.align(8);
  return joined(writer.bytes(), body.bytes());
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/**
 * How long a message is.
 *
 * @param start its first 16 bytes
 * @throws RuntimeError `system`
 */
export function messageLength(start: Uint8Array): number {
  const { headerLength, bodyLength } = readStart(start);
  return headerLength + bodyLength;
}

/**
 * @param bytes the whole message; they must not change afterwards
 * @throws RuntimeError `system`
 */
export function decodeMessage(bytes: Uint8Array): Message {
  const { type, flags, serial, littleEndian, headerLength } = readStart(bytes);
  const reader = new Reader(bytes.subarray(0, headerLength), littleEndian, FIELDS_START);
  const fields = readFields(reader);
  reader.align(8);
  const missing = required[type]?.find((name) => !(name in fields));
  if (missing !== undefined) throw garbled(`it has no header field "${missing}"`);
  const values = () => readBody(bytes.subarray(headerLength), fields.signature ?? '', littleEndian);
  return { type, flags, serial, ...fields, values };
}

function readBody(body: Uint8Array, signature: string, littleEndian: boolean): readonly BusValue[] {
  const reader = new Reader(body, littleEndian);
  const values = reader.readAll(signature);
  if (!reader.isAtEnd) throw garbled('it is longer than its signature says');
  return values;
}

function readStart(bytes: Uint8Array) {
  const littleEndian = bytes[0] === LITTLE_ENDIAN;
  if (!littleEndian && bytes[0] !== BIG_ENDIAN) throw garbled('its byte order is not known');
  const view = new DataView(bytes.buffer, bytes.byteOffset, MESSAGE_START);
  const type = view.getUint8(1);
  const flags = view.getUint8(2);
  const version = view.getUint8(3);
  const bodyLength = view.getUint32(4, littleEndian);
  const serial = view.getUint32(8, littleEndian);
  const fieldsLength = view.getUint32(FIELDS_START, littleEndian);
  if (version !== VERSION) throw garbled(`it has version ${version} of the protocol`);
  if (type === 0 || serial === 0) throw garbled('its type or its serial number is 0');
  const headerLength = MESSAGE_START + Math.ceil(fieldsLength / 8) * 8;
  const isTooLong = fieldsLength > LARGEST_ARRAY || headerLength + bodyLength > LARGEST_MESSAGE;
  if (isTooLong) throw garbled('it is too long');
  return { littleEndian, type, flags, serial, headerLength, bodyLength };
}
