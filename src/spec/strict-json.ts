/**
 * What JSON.parse of QuickJS accepts although RFC 8259 does not: `1.`, `-01`, and a backslash before any character.
 * JSON.parse of other JS runtimes has refused it before.
 */
import { outsideStrings } from './outside-strings.ts';

const ESCAPED = '"\\/bfnrtu';
/** What may be before a number; nothing, too. */
const BEFORE = '[,: \n\t\r';
const ZERO = 0x30;
const NUMBER = /(?<![^[,:\s])-?(?:0\d|\d+\.(?!\d))/g;

/** @param text what JSON.parse accepts @throws SyntaxError */
export function mustBeStrict(text: string): void {
  if (hasStrangeEscape(text) || hasStrangeNumber(text))
    throw new SyntaxError('a number or an escape is not JSON');
}

function hasStrangeEscape(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) {
    if (!ESCAPED.includes(text.charAt(at + 1))) return true;
  }
  return false;
}

/** The pattern decides, but takes longer than the parsing: nearly all texts do without it. */
function hasStrangeNumber(text: string): boolean {
  if (!mayHaveStrangeNumber(text)) return false;
  return outsideStrings(text, [...text.matchAll(NUMBER)]).length > 0;
}

function mayHaveStrangeNumber(text: string): boolean {
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
    if (!isDigit(text, at + 1) && isNumber(text, at)) return true;
  }
  for (let at = text.indexOf('-0'); at >= 0; at = text.indexOf('-0', at + 1)) {
    if (isDigit(text, at + 2) && BEFORE.includes(text.charAt(at - 1))) return true;
  }
  return false;
}

/** Whether what ends here looks like an integer, and not like the end of a word. */
function isNumber(text: string, end: number): boolean {
  let start = end;
  while (isDigit(text, start - 1)) start--;
  if (start === end) return false;
  if (text.charAt(start - 1) === '-') start--;
  return BEFORE.includes(text.charAt(start - 1));
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= ZERO && code <= ZERO + 9;
}
