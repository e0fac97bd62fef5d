/** UTF-8. */
import { decodeUtf8, encodeUtf8 } from '../kernel/bytes.ts';

export function encodeText(text: string): Uint8Array {
  return encodeUtf8(text);
}

/** @returns undefined for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decodeUtf8(bytes);
  // U+FFFD replaces what cannot be decoded, but may also be part of the text.
  return !/[\uFFFD\p{Cs}]/u.test(text) || isSame(encodeUtf8(text), bytes) ? text : undefined;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
