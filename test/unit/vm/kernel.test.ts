import { zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { vmlinux } from '../../../scripts/vm/kernel.ts';

/** One sector of boot code, two of set-up, and a payload with its length behind it. */
function image(payload: Buffer): Buffer {
  const head = Buffer.alloc(3 * 512 + 16);
  head.writeUInt8(2, 0x1f1);
  head.writeUInt32LE(16, 0x248);
  head.writeUInt32LE(payload.length + 4, 0x24c);
  return Buffer.concat([head, payload, Buffer.from('size'), Buffer.from('more')]);
}

test('the payload of a kernel image', () => {
  const kernel = Buffer.from('\x7fELF and much more');
  expect(vmlinux(image(zstdCompressSync(kernel)))).toEqual(kernel);
});

test('one that is compressed in another way is refused', () => {
  expect(() => vmlinux(image(Buffer.from('\x1f\x8b\x08\0')))).toThrow('not compressed with zstd');
});
