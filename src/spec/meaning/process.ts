/** `process`: command, environment, working directory, umask. Pointers are relative to the process. */

import type { Process } from '../types.ts';
import { mustBeAbsolute } from './absolute.ts';
import type { Check } from './check.ts';
import { mustBeAssignments } from './environment.ts';

const LARGEST_UMASK = 0o777;

export const args: Check<Process> = {
  reads: ['/args'],
  run(process, report) {
    if (process.args.length > 0) return;
    report({
      pointer: '/args',
      expected: 'at least one string',
      found: 'an empty array',
      hint: 'write ["sh"]',
    });
  },
};

export const env: Check<Process> = {
  reads: ['/env'],
  run: (process, report) => mustBeAssignments(process.env ?? [], '/env', report),
};

export const cwd: Check<Process> = {
  reads: ['/cwd'],
  run: (process, report) => mustBeAbsolute(process.cwd, '/cwd', report),
};

export const umask: Check<Process> = {
  reads: ['/user/umask'],
  run(process, report) {
    const mask = process.user.umask ?? 0;
    if (mask <= LARGEST_UMASK) return;
    const found = `the number ${mask} (octal ${mask.toString(8)})`;
    const hint = 'JSON has no octal numbers: octal 022 is 18';
    report({ pointer: '/user/umask', expected: 'a mask up to 511 (octal 777)', found, hint });
  },
};
