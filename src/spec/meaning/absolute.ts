/** Absolute paths. */

import { inWords, type Report } from '../problem.ts';

/** Reports a path that does not begin with a slash. */
export function mustBeAbsolute(path: string, pointer: string, report: Report): void {
  if (path.startsWith('/')) return;
  const problem = { pointer, expected: 'an absolute path', found: inWords(path) };
  report(path === '' ? problem : { ...problem, hint: `did you mean ${JSON.stringify(`/${path}`)}?` });
}
