/** Strings go to the kernel, where a NUL ends them: what came after it would be dropped silently. */

import { child } from '../pointer.ts';
import { inWords, type Report } from '../problem.ts';

export function nulCharacters(value: unknown, pointer: string, report: Report): void {
  if (typeof value === 'string') reportNul(value, pointer, report);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    reportNul(key, child(pointer, key), report);
    nulCharacters(inner, child(pointer, key), report);
  }
}

function reportNul(text: string, pointer: string, report: Report): void {
  if (text.includes('\0')) report({ pointer, expected: 'a string without NUL', found: inWords(text) });
}
