/** `linux.seccomp`: config-linux.md, section Seccomp. */

import type { Report } from '../problem.ts';
import type { Config, Seccomp } from '../types.ts';
import type { Check } from './check.ts';

const POINTER = '/linux/seccomp';
/** MAX_ERRNO: the kernel cuts larger ones off to it. */
const LARGEST_ERRNO = 4095;
/** SECCOMP_RET_DATA: what a tracer may be told. */
const LARGEST_MESSAGE = 65_535;
const NOTIFY = 'SCMP_ACT_NOTIFY';

export const seccomp: Check<Config> = {
  reads: [POINTER],
  run({ linux }, report) {
    const profile = linux?.seccomp;
    if (!profile) return;
    checkErrno(profile.defaultAction, profile.defaultErrnoRet, `${POINTER}/defaultErrnoRet`, report);
    profile.syscalls?.forEach(({ action, errnoRet, names }, index) => {
      checkErrno(action, errnoRet, `${POINTER}/syscalls/${index}/errnoRet`, report);
      const empty = names.indexOf('');
      if (empty < 0) return;
      const pointer = `${POINTER}/syscalls/${index}/names/${empty}`;
      report({ pointer, expected: 'the name of a system call', found: 'an empty string' });
    });
    checkListener(profile, report);
  },
};

function checkErrno(action: string, errno: number | undefined, pointer: string, report: Report): void {
  if (errno === undefined) return;
  const largest = { SCMP_ACT_ERRNO: LARGEST_ERRNO, SCMP_ACT_TRACE: LARGEST_MESSAGE }[action];
  if (largest === undefined) {
    const hint = 'only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno: remove it';
    report({ pointer, expected: `no errno for ${action}`, found: `the number ${errno}`, hint });
  } else if (errno > largest) {
    report({ pointer, expected: `at most ${largest}`, found: `the number ${errno}` });
  }
}

function checkListener(profile: Seccomp, report: Report): void {
  const { defaultAction, syscalls = [], listenerPath, listenerMetadata, flags = [] } = profile;
  const notifies = [defaultAction, ...syscalls.map(({ action }) => action)].includes(NOTIFY);
  if (notifies && !listenerPath) {
    const hint = 'name the Unix socket of the agent that is to be notified';
    const found = 'no such property';
    report({ pointer: `${POINTER}/listenerPath`, expected: `a path, for ${NOTIFY}`, found, hint });
  }
  if (notifies && listenerPath && !listenerPath.startsWith('/')) {
    const found = JSON.stringify(listenerPath);
    report({ pointer: `${POINTER}/listenerPath`, expected: 'an absolute path', found });
  }
  if (listenerMetadata && !listenerPath) {
    const found = 'no listenerPath beside it';
    report({ pointer: `${POINTER}/listenerMetadata`, expected: 'a listenerPath', found });
  }
  const waits = flags.indexOf('SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV');
  if (waits >= 0 && !notifies) {
    const found = 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV';
    const hint = 'the flag is about agents that are notified: remove it';
    report({ pointer: `${POINTER}/flags/${waits}`, expected: `a rule with ${NOTIFY}`, found, hint });
  }
}
