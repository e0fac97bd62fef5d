/**
 * How deeply arrays and objects may be nested. Walks over a value recurse, ours and those of the JS runtime's JSON:
 * somewhere they run out of stack. The specification nests some ten levels; encoding/json takes 10,000.
 */

import { endOfString } from './outside-strings.ts';

export const MOST_LEVELS = 1000;

const QUOTE = 0x22;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** @returns where the first level begins that is one too many; undefined if there is none */
export function tooDeepAt(text: string): number | undefined {
  if (mostOpenings(text) <= MOST_LEVELS) return undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    // The closing ones are two behind.
    else if (character === BRACKET || character === BRACE) depth++;
    else if (character === BRACKET + 2 || character === BRACE + 2) depth--;
    if (depth > MOST_LEVELS) return at;
  }
  return undefined;
}

/** At most so many levels begin, as far as it matters; those in strings are counted too. An interpreter is slow in loops. */
function mostOpenings(text: string): number {
  return text.split('[', MOST_LEVELS + 2).length + text.split('{', MOST_LEVELS + 2).length - 2;
}
