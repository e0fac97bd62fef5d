import { expect, test } from 'vitest';
import { byteSize } from '../../../src/cli/byte-size.ts';

test.each([
  ['0', 0n],
  ['4096', 4096n],
  ['50M', 52_428_800n],
  ['64m', 67_108_864n],
  ['1k', 1024n],
  ['1KiB', 1024n],
  ['1 kb', 1024n],
  ['1.5g', 1_610_612_736n],
  ['2T', 2n ** 41n],
  ['9223372036854775807', 2n ** 63n - 1n],
  ['7b', 7n],
])('%s is %s bytes', (text, size) => {
  expect(byteSize(text)).toBe(size);
});

test.each(['', '-1', '1x', 'm', '1mm', '1e3', '0x10', '9223372036854775808', '9999999t', ' 1'])(
  '%j is none',
  (text) => {
    expect(byteSize(text)).toBeUndefined();
  },
);
