import { describe, expect, test } from 'vitest';
import { MOST_LEVELS, tooDeepAt } from '../../../src/spec/nesting.ts';

const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

describe('the nesting of a text', () => {
  test('may have so many levels, and where one more begins is found', () => {
    expect(tooDeepAt(nested(MOST_LEVELS))).toBeUndefined();
    expect(tooDeepAt(nested(MOST_LEVELS + 1))).toBe(MOST_LEVELS);
    expect(tooDeepAt(`{"a": ${nested(MOST_LEVELS)}}`)).toBe(6 + MOST_LEVELS - 1);
    expect(tooDeepAt('{"a":'.repeat(MOST_LEVELS + 1))).toBe(5 * MOST_LEVELS);
  });

  test('is not that of brackets beside each other, or in strings', () => {
    expect(tooDeepAt(`[${Array(2000).fill('[]').join(',')}]`)).toBeUndefined();
    expect(tooDeepAt(JSON.stringify({ a: '[\\"{'.repeat(2000), '["': 1 }))).toBeUndefined();
    expect(tooDeepAt(`["\\\\", ${nested(MOST_LEVELS)}]`)).toBeDefined();
    expect(tooDeepAt(`"${'['.repeat(2000)}`)).toBeUndefined();
  });
});
