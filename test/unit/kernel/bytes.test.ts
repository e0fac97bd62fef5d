import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checksum,
  concatBytes,
  decodeLatin1,
  decodeUtf8,
  encodeLatin1,
  encodeUtf8,
  utf8Length,
  viewOf,
} from '../../../src/kernel/bytes.ts';

const text = fc.string({ unit: 'binary' });

describe('UTF-8', () => {
  test('is what TextEncoder makes, halves of surrogate pairs included', () => {
    const withHalves = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(fc.oneof(text, withHalves), (some) => {
        const expected = new TextEncoder().encode(some);
        expect(encodeUtf8(some)).toEqual(expected);
        expect(utf8Length(some)).toBe(expected.length);
      }),
    );
  });

  test('is read as TextDecoder reads it, with a byte order mark and U+FFFD for what is malformed', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array(), (some) => {
        expect(decodeUtf8(some)).toBe(decoder.decode(some));
      }),
    );
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff))).toBe('\uFEFFa\uFFFD');
  });
});

test('Latin-1 has a character for each byte', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect([...decodeLatin1(all)].map((character) => character.charCodeAt(0))).toEqual([...all]);
  expect(encodeLatin1(decodeLatin1(all))).toEqual(all);
});

test('parts become one copy', () => {
  const part = Uint8Array.of(1, 2);
  const whole = concatBytes([part, new Uint8Array(), Uint8Array.of(3)]);
  part.fill(9);
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  expect(concatBytes([])).toEqual(new Uint8Array());
});

test('a view of a part begins with the part', () => {
  const whole = Uint8Array.of(0, 1, 2, 3);
  viewOf(whole.subarray(1, 3)).setUint16(0, 0x0908, true);
  expect([...whole]).toEqual([0, 8, 9, 3]);
  expect(viewOf(whole.subarray(1, 3)).byteLength).toBe(2);
});

// The records of running containers hold such checksums: they must stay as they are.
test.each([
  ['', '811c9dc5'],
  ['a', 'e50de0a7'],
  ['{"pid":4711', '05976903'],
])('the checksum of %j is %s', (some, expected) => {
  expect(checksum(encodeUtf8(some))).toBe(expected);
});
