/**
 * Lossless JSON: integers beyond 2^53 (rlimits, seccomp arguments) become bigint, in both directions.
 *
 * `__proto__` in the text is harmless: JSON.parse makes it an ordinary own property.
 */

/** Present in the engines since Node 22 and Bun 1.2; not yet in TypeScript's library. */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const json = JSON as unknown as JsonWithSource;

const LONG_NUMBER = /\d{16}/;
const INTEGER = /^-?\d+$/;
const BYTE_ORDER_MARK = '\uFEFF';

/** RFC 8259 lets a parser ignore a byte order mark; editors on Windows write one. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * Parses JSON. Only text that holds a long row of digits pays for the slower parsing with source access.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  const body = withoutByteOrderMark(text);
  return LONG_NUMBER.test(body) ? json.parse(body, keepLargeIntegers) : JSON.parse(body);
}

/** The inverse of {@link parseJson}. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, writeLargeIntegers, indent);
}

function keepLargeIntegers(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const { source } = context;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}

function writeLargeIntegers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? json.rawJSON(String(value)) : value;
}
