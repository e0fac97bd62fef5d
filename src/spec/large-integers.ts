/**
 * Integers beyond 2^53 in JSON texts. In what JSON.parse reads and JSON.stringify writes, strings with a marker stand
 * for them: not every JS runtime gives access to the source text of a number, or writes one.
 */
import { outsideStrings } from './outside-strings.ts';

const BEYOND = 2 ** 53;
/** The beginning of a long row of digits. V8 runs out of stack if a pattern takes in millions of them. */
const LONG = /\d{16}(?<!\d{17})/g;
/** What may be before a number and after it; nothing, too. */
const BEFORE = /^[[,:\s]?$/;
const AFTER = /^[\],}\s]?$/;
/** A private character: hardly any text has it. */
const MARK = '\uE000';

/** Whether JSON.parse has read a number that may not be exact. Without recursion: the stack may be small. */
export function hasLargeNumber(value: unknown): boolean {
  const containers: object[] = [[value]];
  // What is found inside is appended meanwhile.
  for (const container of containers) {
    const values: readonly unknown[] = Object.values(container);
    for (const one of values) {
      if (typeof one === 'object' && one !== null) containers.push(one);
      else if (typeof one === 'number' && (one >= BEYOND || one <= -BEYOND)) return true;
    }
  }
  return false;
}

/** Parses JSON; integers beyond 2^53 become bigint. @param text what JSON.parse accepts */
export function parseLargeIntegers(text: string): unknown {
  const marker = unusedMarker(text);
  let marked = '';
  let end = 0;
  for (const { index, digits } of largeIntegers(text)) {
    marked += `${text.slice(end, index)}"${marker}${digits}"`;
    end = index + digits.length;
  }
  return JSON.parse(marked + text.slice(end), (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(marker) ? BigInt(value.slice(marker.length)) : value,
  );
}

/** JSON with the digits of every bigint. */
export function stringifyLargeIntegers(value: unknown, indent?: number): string {
  let count = 0;
  const write = (marker: string) => {
    const mark = (_key: string, one: unknown) => {
      if (typeof one !== 'bigint') return one;
      count++;
      return `${marker}${one}`;
    };
    return JSON.stringify(value, mark, indent);
  };
  let marker = `${MARK}0:`;
  let text = write(marker);
  // Strings with the same character are rare.
  if (text.split(MARK).length - 1 > count) {
    marker = unusedMarker(text);
    text = write(marker);
  }
  return text.replaceAll(new RegExp(`"${marker}(-?\\d+)"`, 'g'), '$1');
}

interface Integer {
  readonly index: number;
  readonly digits: string;
}

function largeIntegers(text: string): readonly Integer[] {
  const numbers = Array.from(text.matchAll(LONG), (match) => integerAt(text, match));
  return outsideStrings(
    text,
    numbers.filter((number) => isInteger(text, number) && !Number.isSafeInteger(Number(number.digits))),
  );
}

function isInteger(text: string, { index, digits }: Integer): boolean {
  return BEFORE.test(text.charAt(index - 1)) && AFTER.test(text.charAt(index + digits.length));
}

function integerAt(text: string, { index }: RegExpExecArray): Integer {
  const start = text.charAt(index - 1) === '-' ? index - 1 : index;
  const other = /\D/g;
  other.lastIndex = index;
  return { index: start, digits: text.slice(start, other.exec(text)?.index) };
}

/** It is in no string of a JSON text. */
function unusedMarker(text: string): string {
  const used = new Set(
    Array.from(unescaped(text).matchAll(/\uE000(\d{1,9}):/g), ([, number]) => Number(number)),
  );
  let number = 0;
  while (used.has(number)) number++;
  return `${MARK}${number}:`;
}

/** Each character of a marker that is written as an escape sequence becomes that character. */
function unescaped(text: string): string {
  if (!text.includes('\\u')) return text;
  return text.replaceAll(/\\u([\da-f]{4})/gi, (_, hexadecimal) =>
    String.fromCharCode(Number.parseInt(hexadecimal, 16)),
  );
}
