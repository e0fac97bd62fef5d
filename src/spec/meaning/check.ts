/** What a check of meaning is, and running them. */

import { overlaps } from '../pointer.ts';
import type { Problem, Report } from '../problem.ts';
import { nulCharacters } from './nul-characters.ts';

export interface Check<T> {
  /** JSON pointers of what it looks at. It is left out when their shape is wrong, and may trust it otherwise. */
  readonly reads: readonly string[];
  readonly run: (subject: T, report: Report) => void;
}

/** Runs the checks that the shape errors allow. */
export function checkMeaning<T>(
  checks: readonly Check<T>[],
  subject: T,
  text: string,
  shapeErrors: readonly Problem[],
): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (problem) => {
    problems.push(problem);
  };
  for (const check of checks) {
    if (shapeErrors.length === 0 || !blocked(check.reads, shapeErrors)) check.run(subject, report);
  }
  // A NUL can only be written as this escape: the text need not be walked without it.
  if (text.includes('\\u0000')) nulCharacters(subject, '', report);
  return problems;
}

function blocked(reads: readonly string[], errors: readonly Problem[]): boolean {
  return errors.some((error) => reads.some((pointer) => overlaps(error.pointer, pointer)));
}
