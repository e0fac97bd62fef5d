/** Values as bytes and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Reader } from '../../../src/dbus/reader.ts';
import { type BusValue, isSignature } from '../../../src/dbus/signature.ts';
import { Writer } from '../../../src/dbus/writer.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';

const hexOf = (signature: string, values: readonly BusValue[]) => {
  const writer = new Writer();
  writer.writeAll(signature, values);
  return Buffer.from(writer.bytes()).toString('hex');
};
const read = (signature: string, hex: string, littleEndian = true) =>
  new Reader(Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')), littleEndian).readAll(signature);

const nested = (depth: number): BusValue =>
  depth === 0 ? 'x' : { signature: depth === 1 ? 's' : 'v', value: nested(depth - 1) };

describe('the examples of the specification', () => {
  test('strings: "foo", "+" and "bar"', () => {
    const hex = '03000000666f6f00 010000002b000000 0300000062617200';
    expect(read('sss', hex)).toEqual(['foo', '+', 'bar']);
    expect(hexOf('sss', ['foo', '+', 'bar'])).toBe(hex.replaceAll(' ', ''));
    expect(read('sss', '00000003666f6f00 000000012b000000 0000000362617200', false)).toEqual([
      'foo',
      '+',
      'bar',
    ]);
  });

  test('an array of one 64-bit number: its padding is not part of its length', () => {
    expect(read('ax', '00000008 00000000 0000000000000005', false)).toEqual([[5n]]);
    expect(hexOf('ax', [[5n]])).toBe('08000000000000000500000000000000');
  });
});

describe('values', () => {
  test.each<[string, BusValue]>([
    ...['y', 'q', 'u', 't'].map((type): [string, BusValue] => [type, -1]),
    ...[256, 1.5, Number.NaN, '1', true].map((value): [string, BusValue] => ['y', value]),
    ['n', 32768],
    ['i', 2 ** 31],
    ['u', 2 ** 32],
    ['x', 2n ** 63n],
    ['t', 2n ** 64n],
    ['d', 1n],
    ['b', 1],
    ['b', 'true'],
    ['s', 1],
    ['s', 'a\0b'],
    ['o', 'a'],
    ['g', 'a'],
    ['g', '()'],
    ['as', 's'],
    ['(ss)', ['s']],
    ['(s)', ['s', 's']],
    ['a{sv}', [['s']]],
    ['v', 's'],
    ['v', { signature: 'ss', value: 's' }],
    ['v', { signature: '', value: 's' }],
    ['v', nested(65)],
  ])('that their type does not have are refused: %s %s', (type, value) => {
    expect(() => hexOf(type, [value])).toThrow(RuntimeError);
  });

  test('may be nested in 64 containers', () => {
    expect(read('v', hexOf('v', [nested(64)]))).toEqual([nested(64)]);
    expect(() => hexOf('v', [nested(65)])).toThrow('nested too deeply');
    const tooDeep = `${'017600'.repeat(64)}01790009`;
    expect(() => read('v', tooDeep)).toThrow('it is nested too deeply');
  });

  test('have as much room as they need', () => {
    const long = 'ü'.repeat(100_000);
    expect(read('say', hexOf('say', [long, [1, 2, 3]]))).toEqual([long, [1, 2, 3]]);
    expect(read('s', hexOf('s', ['\ufeffa\ufffd']))).toEqual(['\ufeffa\ufffd']);
  });

  test.each([
    ['s', '05000000 61626300', 'it ends early'],
    ['s', 'ffffffff 61626300', 'it ends early'],
    ['s', '03000000 61626364', 'a string does not end with its only NUL'],
    ['s', '03000000 61006300', 'a string does not end with its only NUL'],
    ['s', '02000000 c3280000', 'a string is not UTF-8'],
    ['s', '03000000 eda08000', 'a string is not UTF-8'],
    ['o', '02000000 2f2f00', 'an object path is not valid'],
    ['g', '01 6100', 'a signature is not valid'],
    ['v', '00 00', 'the type of a variant is not a single one'],
    ['v', '02 797900 0000', 'the type of a variant is not a single one'],
    ['b', '02000000', 'a boolean is neither 0 nor 1'],
    ['yu', '01 000001 00000000', 'its padding is not zero'],
    ['yu', '01 0000', 'it ends early'],
    ['ay', '05000000 01020304', 'it ends early'],
    ['ay', '01000004 01020304', 'an array is too long'],
    ['as', '06000000 03000000 61626300', 'the length of an array does not fit its elements'],
    ['ax', '00000000', 'it ends early'],
    ['t', '00000000', 'it ends early'],
  ])('that are garbled are an error: %s %s', (signature, hex, why) => {
    expect(() => read(signature, hex)).toThrow(`the message from the bus is garbled: ${why}`);
  });
});

/** A complete type and a value of it. */
const { typed } = fc.letrec<{ typed: [string, BusValue] }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    basic('y', fc.integer({ min: 0, max: 255 })),
    basic('n', fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 })),
    basic('q', fc.integer({ min: 0, max: 2 ** 16 - 1 })),
    basic('i', fc.integer()),
    basic('u', fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    basic('x', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    basic('t', fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    basic('d', fc.double()),
    basic('b', fc.boolean()),
    basic(
      's',
      fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
    ),
    basic('o', fc.constantFrom('/', '/a', '/a/b_1')),
    basic('g', fc.constantFrom('', 's', 'a{sv}ai')),
    tie('typed').map(([signature, value]): [string, BusValue] => ['v', { signature, value }]),
    fc
      .array(tie('typed'), { minLength: 1, maxLength: 4 })
      .map((members): [string, BusValue] => [
        `(${members.map(([type]) => type).join('')})`,
        members.map(([, value]) => value),
      ]),
    fc
      .tuple(tie('typed'), fc.nat(3))
      .map(([[type, value], count]): [string, BusValue] => [`a${type}`, new Array(count).fill(value)]),
    tie('typed').map(([type, value]): [string, BusValue] => [`a{s${type}}`, [['key', value]]]),
  ),
}));

function basic(type: string, values: fc.Arbitrary<BusValue>): fc.Arbitrary<[string, BusValue]> {
  return values.map((value) => [type, value]);
}

const signatures = fc
  .string({ unit: fc.constantFrom(...'ybnqiuxtdsogvaa(){'), maxLength: 12 })
  .filter((signature) => signature !== '' && isSignature(signature));

describe('whatever the values', () => {
  test('they are the same when they are read', () => {
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 4 }), (list) => {
        const signature = list.map(([type]) => type).join('');
        fc.pre(isSignature(signature));
        const values = list.map(([, value]) => value);
        const back = read(signature, hexOf(signature, values));
        expect(back).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  test('random bytes are values or an error', () => {
    fc.assert(
      fc.property(signatures, fc.uint8Array({ maxLength: 64 }), fc.boolean(), (signature, bytes, little) => {
        try {
          new Reader(bytes, little).readAll(signature);
        } catch (error) {
          expect(error).toBeInstanceOf(RuntimeError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
