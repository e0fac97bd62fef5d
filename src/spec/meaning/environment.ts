/** Environments, of the process and of hooks: environ(7). */

import { quoted, type Report } from '../problem.ts';

/** Reports entries that are not `NAME=value`. */
export function mustBeAssignments(env: readonly string[], at: string, report: Report): void {
  env.forEach((entry, index) => {
    const equals = entry.indexOf('=');
    if (equals > 0) return;
    const found = `the string ${quoted(entry)}`;
    const problem = { pointer: `${at}/${index}`, expected: 'NAME=value', found };
    const hint = equals < 0 && entry !== '' ? `write ${quoted(`${entry}=`)} for an empty value` : undefined;
    report(hint === undefined ? problem : { ...problem, hint });
  });
}
