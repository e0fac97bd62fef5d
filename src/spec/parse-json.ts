/**
 * Lossless JSON: integers beyond 2^53 (rlimits, seccomp arguments) become bigint, in both directions.
 *
 * `__proto__` in the text is harmless: JSON.parse makes it an ordinary own property.
 */
import { hasLargeNumber, parseLargeIntegers, stringifyLargeIntegers } from './large-integers.ts';
import { mustBeStrict } from './strict-json.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/** RFC 8259 lets a parser ignore a byte order mark; editors on Windows write one. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * Parses JSON. Only a text with a number beyond 2^53 is parsed twice.
 *
 * @throws SyntaxError; an error of another kind if the text is nested too deeply for the JS runtime
 */
export function parseJson(text: string): unknown {
  const body = withoutByteOrderMark(text);
  const value: unknown = JSON.parse(body);
  mustBeStrict(body);
  return hasLargeNumber(value) ? parseLargeIntegers(body) : value;
}

/** The same, of a text that {@link stringifyJson} has written: it is strict. */
export function parseOwnJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return hasLargeNumber(value) ? parseLargeIntegers(text) : value;
}

/** The inverse of {@link parseJson}. */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    // It does not write bigint; what else it does not write is refused again.
    if (error instanceof TypeError) return stringifyLargeIntegers(value, indent);
    throw error;
  }
}
