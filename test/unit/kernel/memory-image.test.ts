import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { call, halves, type Words, words } from '../../../src/kernel/call.ts';
import { MemoryImage } from '../../../src/kernel/memory-image.ts';

const BASE = 0x1000;

function offsetOf(image: MemoryImage, struct: Words): number {
  return Number(image.addressOf(struct)) - BASE;
}

describe('a memory image', () => {
  test('reserves aligned space that does not overlap', () => {
    const request = fc.record({ size: fc.nat(100), alignment: fc.constantFrom(1, 2, 4, 8, 16) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 50 }), (requests) => {
        const image = new MemoryImage(BASE, 64, () => undefined);
        let end = 0;
        for (const { size, alignment } of requests) {
          const start = image.reserve(size, alignment);
          expect(start % alignment).toBe(0);
          expect(start).toBeGreaterThanOrEqual(end);
          expect(start - end).toBeLessThan(alignment);
          end = start + size;
        }
        expect(image.bytes().length).toBe(end);
      }),
    );
  });

  test('keeps what was written when it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 }), (blocks) => {
        const image = new MemoryImage(BASE, 8, () => undefined);
        const places = blocks.map((block) => image.word(offsetOf(image, words(block))) - BASE);
        blocks.forEach((block, index) => {
          const start = places[index] ?? 0;
          expect(image.bytes().slice(start, start + block.length)).toEqual(block);
        });
      }),
    );
  });

  test('writes numbers as 64-bit words in two’s complement', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })),
        (value) => {
          const image = new MemoryImage(BASE, 8, () => undefined);
          image.addressOf(words(value));
          const [word] = new BigUint64Array(image.bytes().slice().buffer);
          expect(word).toBe(BigInt.asUintN(64, BigInt(value)));
        },
      ),
    );
  });

  test('writes two members of 32 bits as one word', () => {
    const [fd, unknown] = [call('openat'), call('openat')];
    const image = new MemoryImage(BASE, 64, (of) => (of === fd ? 7 : undefined));
    image.addressOf(words(halves(fd, 2), halves(0xffff_ffff, fd), halves(-1, 0)));
    expect([...new Uint32Array(image.bytes().slice().buffer)]).toEqual([
      7, 2, 0xffff_ffff, 7, 0xffff_ffff, 0,
    ]);
    expect(() => image.addressOf(words(halves(1, unknown)))).toThrow('the call is not made');
  });

  test('in memory that is given does not grow', () => {
    const image = new MemoryImage(BASE, new Uint8Array(16), () => undefined);
    image.reserve(8);
    expect(() => image.addressOf(words('x'))).toThrow('are too long');
  });

  test('a struct that takes in a result has a place before it is referred to', () => {
    const [known, pending, other] = [call('getpid'), call('getpid'), call('getpid')];
    const image = new MemoryImage(BASE, 64, (of) => (of === known ? 7 : undefined));
    const struct = words(known, pending, 9);
    image.placeStruct(struct, [pending]);
    expect(image.placeResult(pending, 1000)).toBe(8);
    expect([0, 8, 16].map((offset) => image.word(offset))).toEqual([7, 0, 9]);
    expect([image.addressOf(struct), image.addressOf(struct)]).toEqual([BASE, BASE]);
    expect(offsetOf(image, words(words(struct)))).toBe(24);
    expect(image.word(image.word(24) - BASE)).toBe(BASE);
    expect(() => image.placeStruct(words(other), [pending])).toThrow('the call is not made');
  });

  test('refuses a result in a struct that was not placed', () => {
    const pending = call('getpid');
    const image = new MemoryImage(BASE, 64, () => undefined);
    image.placeResult(pending, image.reserve(8));
    expect(() => image.addressOf(words(pending))).toThrow('a struct takes in a result');
    expect(() => image.addressOf(words(words(pending)))).toThrow('a struct takes in the result of getpid');
  });

  test('addresses 64-bit bases', () => {
    const image = new MemoryImage(0x7fff_ffff_f000n, 64, () => undefined);
    expect(image.addressOf(words('x'))).toBe(0x7fff_ffff_f000);
    expect(image.word(0)).toBe(0x7fff_ffff_f008);
  });

  test('gives known results by value, and others by reference', () => {
    const [known, pending] = [call('getpid'), call('getpid')];
    const image = new MemoryImage(BASE, 64, (of) => (of === known ? 7 : undefined));
    image.placeResult(pending, image.reserve(8));
    const at = image.reserve(24);
    expect(image.write(at, [1, pending, known])).toBe(0b10);
    expect([0, 8, 16].map((offset) => image.word(at + offset))).toEqual([1, BASE, 7]);
    expect(() => image.write(at, [call('getpid')])).toThrow(
      'the result of getpid is used, but the call is not made',
    );
  });
});
