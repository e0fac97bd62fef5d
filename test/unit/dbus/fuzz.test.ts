/** Messages with some bytes changed: read, or an error of ours; in no time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMessage, messageLength } from '../../../src/dbus/message.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { answered, sent } from './golden.ts';

const COUNT = process.env.TSRUN_LONG ? 200_000 : 10_000;
const seeds = [...answered, ...sent].map(({ bytes }) => Uint8Array.from(Buffer.from(bytes, 'hex')));

const interesting = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, ...Buffer.from('lBa(v{sg')),
);
const change = fc.record({ at: fc.nat(10_000), value: interesting });

function decode(bytes: Uint8Array): 'read' | 'refused' {
  try {
    messageLength(bytes);
    decodeMessage(bytes).values();
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    return 'refused';
  }
}

test('a mutated message is read or refused', () => {
  const outcomes = { read: 0, refused: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...seeds),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.nat(1000),
      (seed, changes, cut) => {
        const bytes = seed.slice(0, cut < 900 ? seed.length : Math.max(16, seed.length - (cut - 899)));
        for (const { at, value } of changes) bytes[at % bytes.length] = value;
        outcomes[decode(bytes)]++;
      },
    ),
    { numRuns: COUNT },
  );
  expect(outcomes.read).toBeGreaterThan(COUNT / 20);
  expect(outcomes.refused).toBeGreaterThan(COUNT / 20);
});

test('random bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 200 }), (bytes) => {
      bytes.set([0x6c, 2, 0, 1], 0);
      decode(bytes);
    }),
    { numRuns: COUNT },
  );
});
