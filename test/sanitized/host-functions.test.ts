/**
 * The functions of src/native/host.c beside those that Node has in their place, with AddressSanitizer and
 * UndefinedBehaviorSanitizer in them: with arguments as tsrun has them, and with any others.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, inject, test } from 'vitest';
import type { Word } from '../../src/kernel/js-runtime/js-runtime.ts';
import { jsRuntime as node } from '../../src/kernel/js-runtime/node.ts';
import { execute, type Result } from '../setup/execute.ts';
import { takeReports } from '../setup/sanitizer-reports.ts';
import { type Call, type Coded, coded, type Outcome, oddNames, outcomeOf, resolver } from './coding.ts';

/** Calls per function. */
const COUNT = 2000;

const { hostFunctions } = inject('sanitized');
const scratch = mkdtempSync(join(tmpdir(), 'tsrun-host-functions-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const halves = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const text = fc.oneof(fc.string({ unit: 'binary' }), halves);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 100 }),
  text.map((some) => Uint8Array.from(Buffer.from(some))),
);

describe('does what Node does', () => {
  test('encode, decode, checksum', async () => {
    await sameAsNode('encode', fc.tuple(text), ([some]) => node.bytes.encode(some));
    await sameAsNode('decode', fc.tuple(bytes), ([some]) => node.bytes.decode(some));
    await sameAsNode('checksum', fc.tuple(bytes), ([some]) => node.bytes.checksum(some));
  });

  const word: fc.Arbitrary<Word> = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    text,
    bytes,
  );
  const base = fc.integer({ min: 0, max: 2 ** 47 });
  const struct = fc.array(word, { maxLength: 4 });
  const values = fc.array(fc.oneof(word, struct, fc.tuple(struct)), { maxLength: 6 });

  test('encodeWords', async () => {
    // The words come first, and what they point to behind them.
    const call = fc
      .tuple(fc.uint8Array({ minLength: 64, maxLength: 300 }), fc.integer({ min: 0, max: 16 }), base, values)
      .map(([memory, at, base, values]) => [memory, at, at + 48, base, values, resolver] as const);
    await sameAsNode('encodeWords', call, ([memory, ...rest]) => node.encoder.words(memory, ...rest));
  });
});

test('ends in an error, or in a result, with arguments of any kind', async () => {
  const number = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.maxSafeInteger(),
    fc.constantFrom(-1, 2 ** 53, -(2 ** 63)),
  );
  const simple: fc.Arbitrary<Coded> = fc.oneof(
    fc.oneof(number, text, bytes, fc.bigInt()).map(coded),
    fc.constantFrom(...oddNames).map((odd) => ({ odd })),
  );
  const any = fc.oneof(
    simple,
    fc.array(simple).map((list) => ({ list })),
  );
  const args = fc.array(any, { maxLength: 9 });
  // Where pointers are taken as numbers, nothing may be called with them.
  const noCall = fc.integer({ min: 100_000 });
  const calls = fc.oneof(
    fc
      .tuple(fc.constantFrom<Call[0]>('encode', 'decode', 'checksum', 'encodeWords', 'addressOf'), args)
      .map(([name, some]) => [name, ...some] as const),
    fc.tuple(noCall, args).map(([no, [first = 0]]) => ['systemCall', no, first] as const),
    fc.tuple(noCall, args).map(([no, [first = 0]]) => ['seccomp', -no, first] as const),
  );
  const outcomes = await outcomesOf(fc.sample(calls, COUNT));
  const failed = outcomes.filter((outcome) => 'error' in outcome);
  expect(failed.length).toBeGreaterThan(COUNT / 4);
  expect(failed.length).toBeLessThan(COUNT);
});

describe('the sanitizers watch', () => {
  /** In the order of `functions` in seccomp.c: seccomp_arch_resolve_name(3), which compares its argument with names. */
  const RESOLVE = 2;

  test('what is written through a wild pointer', async () => {
    const { signal } = await perform([['seccomp', RESOLVE, { list: [1] }]]);
    expect(signal).toBe('SIGABRT');
    expect(takeReports().join()).toMatch(/AddressSanitizer: SEGV/);
  });

  test('the memory of JavaScript', async () => {
    // "x86" is the beginning of a name, and no NUL follows.
    const name = { bytes: [...Buffer.from('x86')] };
    const { signal } = await perform([['seccomp', RESOLVE, { list: [name] }]]);
    expect(signal).toBe('SIGABRT');
    expect(takeReports().join()).toMatch(/AddressSanitizer: heap-buffer-overflow/);
  });
});

async function sameAsNode<T extends readonly unknown[]>(
  name: Call[0],
  args: fc.Arbitrary<T>,
  expected: (args: T) => unknown,
): Promise<void> {
  const samples = fc.sample(args, COUNT);
  const calls = samples.map((sample): Call => [name, ...sample.map(coded)]);
  const outcomes = await outcomesOf(calls);
  samples.forEach((sample, index) => {
    expect(outcomes[index], JSON.stringify(calls[index])).toEqual(outcome(() => expected(sample), sample));
  });
}

function outcome(compute: () => unknown, args: readonly unknown[]): Outcome {
  try {
    return outcomeOf(compute(), args);
  } catch (error) {
    return { error: (error as Error).name };
  }
}

async function outcomesOf(calls: readonly Call[]): Promise<readonly Outcome[]> {
  expect(await perform(calls)).toMatchObject({ code: 0, signal: null, stdout: '', stderr: '' });
  return JSON.parse(readFileSync(join(scratch, 'outcomes'), 'utf8'));
}

function perform(calls: readonly Call[]): Promise<Result> {
  const [input, output] = [join(scratch, 'calls'), join(scratch, 'outcomes')];
  writeFileSync(input, JSON.stringify(calls));
  return execute(hostFunctions, [input, output], { env: {} });
}
