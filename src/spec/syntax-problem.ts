/** Words and hints for what is not JSON. */

import type { ParseError } from 'jsonc-parser';
import { type Problem, quoted } from './problem.ts';

export interface SyntaxProblem extends Problem {
  readonly offset: number;
}

/** By the numbers of jsonc-parser's `ParseErrorCode`. */
const EXPECTED: Readonly<Record<number, string>> = {
  1: 'a value',
  2: 'a number',
  3: 'a property name in double quotes',
  4: 'a value',
  5: 'a colon',
  6: 'a comma',
  7: 'a comma or "}"',
  8: 'a comma or "]"',
  9: 'the end of the file',
  10: 'JSON',
  11: 'JSON',
  12: 'a double quote that ends the string',
  13: 'a digit',
  14: 'four hexadecimal digits after \\u',
  15: 'an escape such as \\n, \\" or \\u0041',
  16: 'no control character in a string',
};

const COMMENT = 10;
const UNFINISHED_COMMENT = 11;
const UNFINISHED_STRING = 12;

/** Where and what it is. */
export function syntaxProblem(text: string, error: ParseError): SyntaxProblem {
  const rest = text.slice(error.offset).trimStart();
  const atEnd = rest === '';
  // The end of the text is shown where its last character is, not after the newlines that follow it.
  const offset = atEnd ? text.trimEnd().length : error.offset;
  const token = text.slice(error.offset, error.offset + Math.max(error.length, 1));
  const expected = EXPECTED[error.error] ?? 'JSON';
  const found = atEnd ? 'the end of the file' : foundWords(error.error, text, error.offset, token);
  const hint = hintFor(error.error, text, error.offset, token, atEnd);
  const problem = { pointer: '', offset, expected, found };
  return hint === undefined ? problem : { ...problem, hint };
}

function foundWords(code: number, text: string, offset: number, token: string): string {
  if (code === COMMENT || code === UNFINISHED_COMMENT) return 'a comment';
  if (code === UNFINISHED_STRING) return `the end of the ${text.indexOf('\n', offset) < 0 ? 'file' : 'line'}`;
  return token.startsWith('"') ? `the string ${quoted(token.slice(1, -1))}` : quoted(token.trim());
}

function hintFor(
  code: number,
  text: string,
  offset: number,
  token: string,
  atEnd: boolean,
): string | undefined {
  if (code === COMMENT || code === UNFINISHED_COMMENT) return 'remove it';
  if (atEnd) return text.trim() === '' ? 'the file is empty' : 'the file is cut off';
  if (token.startsWith("'")) return 'write double quotes';
  if (/^[}\]]/.test(token) && text.slice(0, offset).trimEnd().endsWith(',')) {
    return 'remove the comma before it';
  }
  return undefined;
}
