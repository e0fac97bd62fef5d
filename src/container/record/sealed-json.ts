/**
 * JSON objects with a checksum as their last member. A full disk, a bad block or an editor damages a file without
 * making it unreadable; the checksum shows it. It is not a signature: whoever can write the file can write the checksum.
 */

import { parseJson, stringifyJson } from '../../spec/parse-json.ts';

const BEFORE = ',"checksum":"';
const AFTER = '"}';
const DIGITS = 8;
const LENGTH = BEFORE.length + DIGITS + AFTER.length;

/** The text of a file. @param value an object with at least one member */
export function seal(value: object): Buffer {
  const body = Buffer.from(stringifyJson(value).slice(0, -1));
  return Buffer.concat([body, Buffer.from(`${BEFORE}${checksum(body)}${AFTER}`)]);
}

/** @returns the object; undefined if the file is not what `seal` has written */
export function unseal(bytes: Buffer): unknown {
  const body = bytes.subarray(0, Math.max(0, bytes.length - LENGTH));
  const ending = bytes.toString('latin1', body.length);
  if (ending !== `${BEFORE}${checksum(body)}${AFTER}`) return undefined;
  return parseJson(`${body.toString()}}`);
}

/**
 * FNV-1a over 32-bit words, mixed. Every step is a bijection of the hash, so one damaged word always changes it. By words,
 * since the JS runtime is cold; without node:crypto and node:zlib, which take milliseconds to load.
 */
export function checksum(bytes: Uint8Array): string {
  const words = new Uint32Array((bytes.length + 3) >> 2);
  new Uint8Array(words.buffer).set(bytes);
  let hash = 0x811c9dc5 ^ bytes.length;
  for (let at = 0; at < words.length; at++) {
    hash = Math.imul(hash ^ (words[at] as number), 0x01000193);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0).toString(16).padStart(DIGITS, '0');
}
