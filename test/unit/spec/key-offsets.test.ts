import fc from 'fast-check';
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { keyOffsets } from '../../../src/spec/key-offsets.ts';
import { child } from '../../../src/spec/pointer.ts';

type Path = readonly (string | number)[];

/** The paths of all keys. */
function keysOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [...(Array.isArray(value) ? [] : [here]), ...keysOf(inner, here)];
  });
}

test('are those that a parser finds', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const tree = parseTree(text);
      const paths = keysOf(JSON.parse(text));
      const pointers = paths.map((path) => path.reduce<string>((pointer, one) => child(pointer, one), ''));
      const offsets = keyOffsets(text, pointers);
      const expected = paths.map((path) => {
        const node = tree && findNodeAtLocation(tree, [...path]);
        return node?.parent?.children?.[0]?.offset;
      });
      expect(pointers.map((pointer) => offsets.get(pointer))).toEqual(expected);
    }),
  );
});

test('an empty object before a string has no key', () => {
  const text = '[{},"",[{"a":""}]]';
  expect([...keyOffsets(text, ['/2/0/a'])]).toEqual([['/2/0/a', text.indexOf('"a"')]]);
});

test('of a key that is there twice the last one counts', () => {
  expect([...keyOffsets('{"a": {"b": 1}, "a" : {"b":2}}', ['/a', '/a/b', '/c'])]).toEqual([
    ['/a', 16],
    ['/a/b', 23],
  ]);
});

test('nesting and length cost nothing but time', () => {
  const deep = `{"x": ${'['.repeat(200_000)}${']'.repeat(200_000)}, "s": "${'\\\\'.repeat(1e6)}", "y": 1}`;
  expect(keyOffsets(deep, ['/y']).get('/y')).toBe(deep.indexOf('"y"'));
});
