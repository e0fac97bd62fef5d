import { expect, test } from 'vitest';
import { median, pairedRatio, present, quantile } from '../../../bench/statistics.ts';

test('a median lies between the two values in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('quartiles are interpolated', () => {
  expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
  expect(quantile([7], 0.75)).toBe(7);
});

test('a disturbed round does not change a paired ratio', () => {
  expect(pairedRatio([1, 1, 100], [2, 2, 200])).toBe(0.5);
  expect(pairedRatio([1, 100, 1], [2, 2, 2])).toBe(0.5);
});

test('only rounds of both count for a paired ratio', () => {
  expect(pairedRatio([3, null, null, 9], [1, 5, 5, 3])).toBe(3);
  expect(pairedRatio([null, 1], [1, null])).toBeNaN();
  expect(pairedRatio([1, 1], [1])).toBe(1);
});

test('absent rounds are left out', () => {
  expect(present([1, null, 0])).toEqual([1, 0]);
});
