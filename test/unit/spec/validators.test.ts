import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { validateConfig, validateProcess } from '../../../src/spec/validators.generated.js';
import { validConfig } from './fixture.ts';

const FILE = new URL('../../../src/spec/validators.generated.js', import.meta.url);

test('the generated file imports nothing', () => {
  expect(readFileSync(FILE, 'utf8')).not.toMatch(/\bimport\b|\brequire\b/);
});

describe('integers of 64 bits', () => {
  const limit = (hard: unknown) => ({
    ...validConfig().process,
    rlimits: [{ type: 'RLIMIT_AS', soft: 0, hard }],
  });
  const offset = (secs: unknown) => ({ ...validConfig(), linux: { timeOffsets: { monotonic: { secs } } } });

  test.each([0, 1, 2 ** 53, 2n ** 53n, 2n ** 64n - 1n, 1e18])('%s is unsigned', (value) => {
    expect(validateProcess(limit(value))).toBe(true);
  });

  test.each([
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 64n,
    -1n,
    2 ** 64,
    '1',
    null,
    true,
    [],
    {},
  ])('%s is not unsigned', (value) => {
    expect(validateProcess(limit(value))).toBe(false);
    expect(validateProcess.errors).toMatchObject([{ instancePath: '/rlimits/0/hard' }]);
  });

  test.each([0, -1, -(2n ** 63n), 2n ** 63n - 1n, -(2 ** 63)])('%s is signed', (value) => {
    expect(validateConfig(offset(value))).toBe(true);
  });

  test.each([2n ** 63n, -(2n ** 63n) - 1n, 2 ** 63, 0.5, 'x'])('%s is not signed', (value) => {
    expect(validateConfig(offset(value))).toBe(false);
  });
});

test('an inherited property does not count as one of the configuration', () => {
  const text = JSON.stringify(validConfig()).replace('"root"', '"__proto__"');
  expect(validateConfig(JSON.parse(text))).toBe(false);
});
