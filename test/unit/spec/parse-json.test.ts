import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/spec/parse-json.ts';

describe('parseJson', () => {
  test('keeps integers beyond 2^53 as bigint', () => {
    expect(parseJson('[18446744073709551615, -9223372036854775808]')).toEqual([
      18446744073709551615n,
      -9223372036854775808n,
    ]);
  });

  test('gives a number up to 2^53 - 1 and a bigint from 2^53 on', () => {
    expect(parseJson('[9007199254740991, 9007199254740992]')).toEqual([9007199254740991, 9007199254740992n]);
  });

  test('leaves small numbers alone beside large ones', () => {
    expect(parseJson('{"a": 1, "b": 18446744073709551615}')).toEqual({ a: 1, b: 18446744073709551615n });
  });

  test('gives a number for what has a fraction or an exponent', () => {
    expect(parseJson('[1e3, 1.00000000000000001, 1e400]')).toEqual([1000, 1, Number.POSITIVE_INFINITY]);
  });

  test('does not mistake long digits within a string for a number', () => {
    expect(parseJson('["18446744073709551615"]')).toEqual(['18446744073709551615']);
  });

  test.each(['1', '18446744073709551615'])(
    'keeps __proto__ an ordinary key beside the number %s',
    (number) => {
      const value = parseJson(`{"__proto__": {"polluted": true}, "n": ${number}}`) as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.keys(value)).toEqual(['__proto__', 'n']);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    },
  );

  test('ignores a byte order mark', () => {
    expect(parseJson('\uFEFF{}')).toEqual({});
  });

  test('throws a SyntaxError for what is not JSON', () => {
    expect(() => parseJson('{"a": }')).toThrow(SyntaxError);
  });
});

describe('stringifyJson', () => {
  test('writes bigint as a number', () => {
    expect(stringifyJson({ a: 18446744073709551615n, b: 1 })).toBe('{"a":18446744073709551615,"b":1}');
  });

  test('gives back what was parsed', () => {
    const text = '{"soft":18446744073709551615,"hard":9007199254740993,"list":[1,"x",null]}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });
});
