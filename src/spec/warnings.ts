/** What is doubtful about a configuration, in the log. */

import type { Log } from '../log/log.ts';
import { sentence } from './invalid-config.ts';
import { keyOffsets } from './key-offsets.ts';
import type { Problem } from './problem.ts';
import { positionOf } from './text-position.ts';

/** So many keys are shown; each is looked up. */
const MOST = 50;

export function warn(log: Log, file: string, problem: Problem): void {
  // The sentence has the hint in it.
  log.warning(`${file}: ${sentence(problem)}`, { pointer: problem.pointer });
}

/** With the line and column of each key, as far as people read on. */
export function warnOfSpelling(log: Log, file: string, text: string, problems: readonly Problem[]): void {
  const shown = problems.slice(0, MOST);
  const offsets = keyOffsets(
    text,
    shown.map(({ pointer }) => pointer),
  );
  for (const problem of shown) {
    const { pointer } = problem;
    const { line, column } = positionOf(text, offsets.get(pointer) ?? 0);
    log.warning(`${file}:${line}:${column}: ${sentence(problem)}`, { pointer, line, column });
  }
  const more = problems.length - shown.length;
  if (more > 0) log.warning(`${file}: ${more} more keys are not spelled as the specification has them`);
}
