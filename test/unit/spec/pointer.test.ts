import { expect, test } from 'vitest';
import { child, overlaps, segments, valueAt } from '../../../src/spec/pointer.ts';

test('a segment is escaped and comes back', () => {
  expect(child('/a', 'b/c~d')).toBe('/a/b~1c~0d');
  expect(segments('/a/b~1c~0d/~01')).toEqual(['a', 'b/c~d', '~1']);
});

test('the empty pointer is the whole', () => {
  expect(segments('')).toEqual([]);
  expect(valueAt(5, '')).toBe(5);
});

test('only own properties have a value', () => {
  expect(valueAt({ a: [{ b: 1 }] }, '/a/0/b')).toBe(1);
  expect(valueAt({}, '/constructor/name')).toBeUndefined();
  expect(valueAt(JSON.parse('{"__proto__": 7}'), '/__proto__')).toBe(7);
});

test('pointers overlap when one lies within the other', () => {
  expect(overlaps('/a', '/a/b')).toBe(true);
  expect(overlaps('/a/b', '/a')).toBe(true);
  expect(overlaps('', '/a')).toBe(true);
  expect(overlaps('/a', '/ab')).toBe(false);
});
