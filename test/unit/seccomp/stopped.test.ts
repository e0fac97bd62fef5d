/** What the end of a process under its filter says. */
import { expect, test } from 'vitest';
import type { Exit } from '../../../src/kernel/spawn.ts';
import { stoppedByFilter } from '../../../src/seccomp/stopped.ts';

test.each<[string, Exit | undefined, string | undefined]>([
  ['an errno as its status', { status: 2 }, 'exec: "sh": ENOENT (no such file or directory)'],
  ['SIGSYS', { signal: 31 }, 'exec: "sh": stopped by the seccomp filter'],
  ['SIGILL, where it may not even exit', { signal: 4 }, 'exec: "sh": stopped by the seccomp filter'],
  ['SIGKILL, from somebody else', { signal: 9 }, undefined],
  ['a status that is no errno', { status: 0 }, undefined],
  ['nothing that is known', undefined, 'exec: "sh": ended under the seccomp filter'],
])('%s', (_, exit, message) => {
  const error = stoppedByFilter('sh', exit);
  expect(error?.message).toBe(message && `unable to start container process: ${message}`);
});
