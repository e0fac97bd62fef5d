/** Base64, RFC 4648. For constants: they are decoded when the executable is built. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** @param text without line breaks */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/=+$/, '');
  const decoded = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  for (let at = 0, end = 0; at < digits.length; at++) {
    bits = (bits << 6) | DIGITS.indexOf(digits.charAt(at));
    // Of four digits, all but the first complete a byte.
    if (at % 4 !== 0) decoded[end++] = bits >> (6 - (at % 4) * 2);
  }
  return decoded;
}
