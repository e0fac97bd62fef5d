/** Messages of rtnetlink(7) as bytes: netlink(7). Everything is in the machine's byte order, little-endian here. */

import { concatBytes, viewOf } from '../../kernel/bytes.ts';
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_EXCL = 0x200;
export const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const HEADER = 16;
const ATTRIBUTE_HEADER = 4;
/** The upper bits of an attribute's type are flags. */
const NLA_TYPE_MASK = 0x3fff;

export interface Attribute {
  readonly type: number;
  readonly data: Uint8Array;
}

export interface Message {
  readonly type: number;
  /** Behind the header: a struct, then attributes. */
  readonly payload: Uint8Array;
}

/** What a request was answered with. */
export interface Answers {
  readonly messages: readonly Message[];
  /** The acknowledgement or the end of a dump is among them. */
  readonly finished: boolean;
  /** 0 where the kernel did what it was asked for. */
  readonly errno: number;
}

/** A request with a sequence number of its own. */
export function request(
  type: number,
  flags: number,
  sequence: number,
  struct: Uint8Array,
  attributes: readonly Attribute[] = [],
): Uint8Array {
  const bytes = concatBytes([new Uint8Array(HEADER), struct, ...attributes.map(encodeAttribute)]);
  const header = viewOf(bytes);
  header.setUint32(0, bytes.length, true);
  header.setUint16(4, type, true);
  header.setUint16(6, flags | NLM_F_REQUEST, true);
  header.setUint32(8, sequence, true);
  return bytes;
}

function encodeAttribute({ type, data }: Attribute): Uint8Array {
  const bytes = new Uint8Array(aligned(ATTRIBUTE_HEADER + data.length));
  const header = viewOf(bytes);
  header.setUint16(0, ATTRIBUTE_HEADER + data.length, true);
  header.setUint16(2, type, true);
  bytes.set(data, ATTRIBUTE_HEADER);
  return bytes;
}

/** The data of an attribute that is a 32-bit number. */
export function unsigned(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}

/** What one recvfrom(2) brought for the request with this number; others are left out. */
export function parseAnswers(bytes: Uint8Array, sequence: number): Answers {
  const view = viewOf(bytes);
  const messages: Message[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    if (view.getUint32(at + 8, true) === sequence) {
      const isLast = type === NLMSG_ERROR || type === NLMSG_DONE;
      if (isLast) return { messages, finished: true, errno: errnoOf(view, at, length) };
      messages.push({ type, payload: bytes.subarray(at + HEADER, at + length) });
    }
    at += aligned(length);
  }
  return { messages, finished: false, errno: 0 };
}

/** Both kinds of last messages begin with a negative errno, or 0. */
function errnoOf(view: DataView, at: number, length: number): number {
  return length >= HEADER + 4 ? -view.getInt32(at + HEADER, true) : 0;
}

/** The attributes behind a struct of this size. */
export function attributesOf(payload: Uint8Array, structSize: number): ReadonlyMap<number, Uint8Array> {
  const view = viewOf(payload);
  const found = new Map<number, Uint8Array>();
  for (let at = aligned(structSize); at + ATTRIBUTE_HEADER <= payload.length; ) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE_HEADER || at + length > payload.length) break;
    found.set(
      view.getUint16(at + 2, true) & NLA_TYPE_MASK,
      payload.subarray(at + ATTRIBUTE_HEADER, at + length),
    );
    at += aligned(length);
  }
  return found;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
