/** What is doubtful about a configuration, in the log. */

import type { Log } from '../log/log.ts';
import { sentence } from './invalid-config.ts';
import { keyOffsets } from './key-offsets.ts';
import type { Problem } from './problem.ts';
import { positionOf } from './text-position.ts';

export function warn(log: Log, file: string, problem: Problem): void {
  // The sentence has the hint in it.
  log.warning(`${file}: ${sentence(problem)}`, { pointer: problem.pointer });
}

/** With the line and column of each key. */
export function warnOfSpelling(log: Log, file: string, text: string, problems: readonly Problem[]): void {
  const offsets = keyOffsets(
    text,
    problems.map(({ pointer }) => pointer),
  );
  for (const problem of problems) {
    const { pointer } = problem;
    const { line, column } = positionOf(text, offsets.get(pointer) ?? 0);
    log.warning(`${file}:${line}:${column}: ${sentence(problem)}`, { pointer, line, column });
  }
}
