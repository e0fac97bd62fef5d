/**
 * JSON objects with a checksum as their last member. A full disk, a bad block or an editor damages a file without
 * making it unreadable; the checksum shows it. It is not a signature: whoever can write the file can write the checksum.
 */

import { checksum, concatBytes, decodeLatin1, decodeUtf8, encodeUtf8 } from '../../kernel/bytes.ts';
import { parseOwnJson, stringifyJson } from '../../spec/parse-json.ts';

const BEFORE = ',"checksum":"';
const AFTER = '"}';
const DIGITS = 8;
const LENGTH = BEFORE.length + DIGITS + AFTER.length;

/** The text of a file. @param value an object with at least one member */
export function seal(value: object): Uint8Array {
  const body = encodeUtf8(stringifyJson(value).slice(0, -1));
  return concatBytes([body, encodeUtf8(endingOf(body))]);
}

/** @returns the object; undefined if the file is not what `seal` has written */
export function unseal(bytes: Uint8Array): unknown {
  const body = bytes.subarray(0, Math.max(0, bytes.length - LENGTH));
  if (decodeLatin1(bytes.subarray(body.length)) !== endingOf(body)) return undefined;
  return parseOwnJson(`${decodeUtf8(body)}}`);
}

function endingOf(body: Uint8Array): string {
  return `${BEFORE}${checksum(body)}${AFTER}`;
}
