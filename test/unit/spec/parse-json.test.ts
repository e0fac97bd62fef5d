import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/spec/parse-json.ts';

/** The same by the source text of numbers, which not every JS runtime gives access to. */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const json = JSON as unknown as JsonWithSource;

function parseBySource(text: string): unknown {
  return json.parse(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value,
  );
}

function stringifyRaw(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, one) => (typeof one === 'bigint' ? json.rawJSON(String(one)) : one),
    indent,
  );
}

function joined(...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(''));
}

const blank = fc.constantFrom('', '', '', ' ', '\n\t', '\r ');
const digits = fc
  .array(fc.nat(9), { minLength: 1, maxLength: 40 })
  .map((all) => all.join('').replace(/^0+(?=.)/, ''));
const number = joined(
  fc.constantFrom('', '-'),
  fc.oneof(digits, fc.constantFrom('0', '9007199254740991', '9007199254740992')),
  fc.constantFrom('', '', '', '.5', '.12345678901234567890', 'e3', 'E+22', 'e-0000000000000000003', '.0e400'),
);
/** Among them what looks like a number, or like a marker, however it is escaped. */
const piece = fc.constantFrom(
  ...['18446744073709551615', '1', '0', ':', ',', '[', ']', ' ', '.', 'u', 'x', '\uE000'],
  ...['\uE0000:', '\uE0001:'],
  ...['\\uE000', '\\ue000', '\\u0030', '\\u003a', '\\"', '\\\\', '\\\\u0030', '\\n', '\\/', '\\ud83d', '😀'],
);
const string = fc.array(piece, { maxLength: 6 }).map((pieces) => `"${pieces.join('')}"`);

const { value } = fc.letrec<Record<'value' | 'array' | 'object', string>>((tie) => ({
  value: joined(
    blank,
    fc.oneof(
      { maxDepth: 3 },
      number,
      string,
      fc.constantFrom('true', 'null', '{}', '[]'),
      tie('array'),
      tie('object'),
    ),
    blank,
  ),
  array: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
  object: fc
    .array(
      joined(
        blank,
        fc.oneof(string, fc.constantFrom('"a"', '"__proto__"', '"7"')),
        blank,
        fc.constant(':'),
        tie('value'),
      ),
      { maxLength: 4 },
    )
    .map((members) => `{${members.join(',')}}`),
}));

describe('parseJson', () => {
  test('gives what access to the source text gives', () => {
    fc.assert(
      fc.property(value, (text) => {
        expect(parseJson(text)).toEqual(parseBySource(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses what JSON.parse refuses', () => {
    const damaged = fc.tuple(
      value,
      fc.nat(),
      fc.constantFrom('', '"', '\\', '1', '.', '-', ',', '{', '18446744073709551615'),
    );
    fc.assert(
      fc.property(damaged, ([text, at, inserted]) => {
        const place = at % (text.length + 1);
        const changed = text.slice(0, place) + inserted + text.slice(place + (inserted === '' ? 1 : 0));
        expect(ending(parseJson, changed)).toEqual(ending(parseBySource, changed));
      }),
      { numRuns: 2000 },
    );
  });

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

  test.each(['\uE0000:', '\\uE0000:', '\\ue000\\u0030\\u003A', '\uE0000:\uE0001:'])(
    'does not mistake a string that begins with %j for a number',
    (marker) => {
      const text = `["${marker}1", 18446744073709551615]`;
      expect(parseJson(text)).toEqual([JSON.parse(`"${marker}1"`), 18446744073709551615n]);
    },
  );

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

function ending(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) };
  } catch (error) {
    return error instanceof SyntaxError ? 'SyntaxError' : error;
  }
}

describe('stringifyJson', () => {
  test.each([undefined, 2])('writes what JSON.rawJSON writes, indented by %s', (indent) => {
    fc.assert(
      fc.property(value, (text) => {
        const parsed = parseBySource(text);
        expect(stringifyJson(parsed, indent)).toBe(stringifyRaw(parsed, indent));
      }),
      { numRuns: 1000 },
    );
  });

  test('refuses a circle', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(() => stringifyJson(circle)).toThrow(TypeError);
  });

  test('writes bigint as a number', () => {
    expect(stringifyJson({ a: 18446744073709551615n, b: 1 })).toBe('{"a":18446744073709551615,"b":1}');
  });

  test.each(['\uE0000:1', '\uE0001:1', '\uE0000:1\uE0001:1'])(
    'does not mistake the string %j for a bigint',
    (text) => {
      expect(stringifyJson([text, 18446744073709551615n])).toBe(`["${text}",18446744073709551615]`);
    },
  );

  test('gives back what was parsed', () => {
    const text = '{"soft":18446744073709551615,"hard":9007199254740993,"list":[1,"x",null]}';
    expect(stringifyJson(parseJson(text))).toBe(text);
  });
});
