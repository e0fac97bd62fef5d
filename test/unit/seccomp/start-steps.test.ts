/** Where in the last steps the filter is loaded. */
import { expect, test } from 'vitest';
import type { Step } from '../../../src/init/step.ts';
import { programSteps } from '../../../src/plan/start-plan.ts';
import type { Filter } from '../../../src/seccomp/load.ts';

const SYS_ADMIN = 1n << 21n;
const filter = { program: new Uint8Array(8), flags: 0 };

function steps(noNewPrivileges: boolean, effective: bigint, given: Filter | 'none' = filter): Step[] {
  const capabilities = { bounding: 0n, effective, permitted: effective, inheritable: 0n, ambient: 0n };
  return [
    ...programSteps({
      process: { cwd: '/', args: ['true'], user: { uid: 5, gid: 5 } },
      linux: {},
      executable: '/bin/true',
      env: [],
      cwdEntered: true,
      credentials: { uid: 5, gid: 5, additionalGids: [], capabilities, noNewPrivileges },
      preserveFds: 0,
      limitedFrom: undefined,
      filter: given === 'none' ? undefined : given,
    }),
  ];
}

function callsFromFilter(all: readonly Step[]): string[] {
  const names = all.flatMap((step) => (step.kind === 'calls' ? step.calls.map(({ name }) => name) : []));
  return names.slice(names.indexOf('seccomp'));
}

test('with no_new_privs, only execve follows', () => {
  expect(callsFromFilter(steps(true, 0n))).toEqual(['seccomp', 'execve']);
});

test('without, CAP_SYS_ADMIN is kept for it and given up behind it', () => {
  const all = steps(false, 1n);
  expect(callsFromFilter(all)).toEqual(['seccomp', 'capset', 'execve']);
  expect(all.map(({ name }) => name)).toContain(
    'set the capabilities, CAP_SYS_ADMIN too for the seccomp filter',
  );
});

test('a process that keeps CAP_SYS_ADMIN has nothing to give up', () => {
  expect(callsFromFilter(steps(false, SYS_ADMIN))).toEqual(['seccomp', 'execve']);
});

test('no filter, no call', () => {
  expect(callsFromFilter(steps(true, 0n, 'none'))).not.toContain('seccomp');
});
