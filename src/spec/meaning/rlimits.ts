/** `process.rlimits`: getrlimit(2). Unknown types are a matter of shape. */

import type { Process } from '../types.ts';
import type { Check } from './check.ts';

export const rlimits: Check<Process> = {
  reads: ['/rlimits'],
  run(process, report) {
    const first = new Map<string, number>();
    process.rlimits?.forEach(({ type, soft, hard }, index) => {
      const pointer = `/rlimits/${index}`;
      const earlier = first.get(type);
      if (earlier !== undefined) {
        const found = `a duplicate of [${earlier}], "${type}"`;
        report({ pointer, expected: 'each type once', found, hint: 'remove one of them' });
      }
      first.set(type, earlier ?? index);
      if (soft > hard) {
        const found = `soft ${soft} and hard ${hard}`;
        report({ pointer: `${pointer}/soft`, expected: 'a soft limit up to the hard limit', found });
      }
    });
  },
};
