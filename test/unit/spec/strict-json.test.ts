import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mustBeStrict } from '../../../src/spec/strict-json.ts';

// All of these are valid for JSON.parse of QuickJS 2025-04-26.
test.each([
  ...[
    '-01',
    '[-00]',
    '[1,-01]',
    '[-10.]',
    '1.',
    '[1.]',
    '{"a":-1.e3}',
    '{"a": 1. }',
    '["[1", 2.]',
    '["\\"", 2.]',
    '["\\\\", 2.]',
  ],
  ...['"\\v"', '"\\\'"', '"\\ "', '"\\-1"', '{"a\\x": 1}', '"\\\\\\q"'],
])('refuses %s', (text) => {
  expect(() => mustBeStrict(text)).toThrow(SyntaxError);
});

test.each([
  ...[
    '-0',
    '-0.5',
    '1.5e-01',
    '"1."',
    '"a, 1. b: -01"',
    '"\\", 2. "',
    '["\\\\v", "\\\\\\\\"]',
    '"\\u0041\\/\\n"',
  ],
])('takes %s', (text) => {
  expect(JSON.parse(text)).toBeDefined();
  expect(() => mustBeStrict(text)).not.toThrow();
});

test('takes every JSON', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary', noUnicodeString: false }), (text) => {
      expect(() => mustBeStrict(text)).not.toThrow();
    }),
  );
});
