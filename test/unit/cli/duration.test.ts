import { expect, test } from 'vitest';
import { duration } from '../../../src/cli/duration.ts';

test.each([
  ['5s', 5000],
  ['100ms', 100],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['250us', 0.25],
  ['250µs', 0.25],
  ['.5s', 500],
  ['-1s', -1000],
  ['0', 0],
  ['0s', 0],
])('%s is %d ms', (text, milliseconds) => {
  expect(duration(text)).toBeCloseTo(milliseconds);
});

test.each(['', '5', 's', '5 s', '5x', '1m 30s', '5s!', '--5s'])('%j is none', (text) => {
  expect(duration(text)).toBeUndefined();
});
