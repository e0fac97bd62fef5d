/** Text and bytes, by native functions of the JS runtime: loops over characters are slow in an interpreter. */
import { jsRuntime } from '#js-runtime';

const { bytes } = jsRuntime;

const DIGITS = 8;

/** UTF-8. Half a surrogate pair becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return bytes.encode(text);
}

/** What is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(from: Uint8Array): string {
  return bytes.decode(from);
}

/** How many bytes a text has as UTF-8. */
export function utf8Length(text: string): number {
  return bytes.encode(text).length;
}

/** A character for each byte. */
export function decodeLatin1(from: Uint8Array): string {
  return bytes.decodeLatin1(from);
}

/** The inverse of {@link decodeLatin1}. */
export function encodeLatin1(text: string): Uint8Array<ArrayBuffer> {
  return bytes.encodeLatin1(text);
}

/** Eight hexadecimal digits. One damaged 32-bit word always changes them; it is not a signature. */
export function checksum(of: Uint8Array): string {
  return bytes.checksum(of).toString(16).padStart(DIGITS, '0');
}

/** A copy of all of them, one after another. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The same memory. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
