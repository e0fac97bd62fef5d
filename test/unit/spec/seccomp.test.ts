/** What is wrong with a seccomp profile though every value is of the right kind. */
import { expect, test } from 'vitest';
import { seccomp } from '../../../src/spec/meaning/seccomp.ts';
import type { Problem } from '../../../src/spec/problem.ts';
import type { Config, Seccomp } from '../../../src/spec/types.ts';

function problems(profile: Seccomp): string[] {
  const found: Problem[] = [];
  seccomp.run({ linux: { seccomp: profile } } as Config, (problem) => found.push(problem));
  return found.map(({ pointer, expected }) => `${pointer.replace('/linux/seccomp', '')}: ${expected}`);
}

const allow = { defaultAction: 'SCMP_ACT_ALLOW' } as const;
const notify = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' as const };

test.each<[string, Seccomp, string[]]>([
  [
    'an errno of an action that has none',
    { ...allow, defaultErrnoRet: 1 },
    ['/defaultErrnoRet: no errno for SCMP_ACT_ALLOW'],
  ],
  [
    'an errno beyond the kernel’s',
    { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 4096 },
    ['/defaultErrnoRet: at most 4095'],
  ],
  ['a message to the tracer', { defaultAction: 'SCMP_ACT_TRACE', defaultErrnoRet: 65_535 }, []],
  [
    'an errno of a rule',
    { ...allow, syscalls: [{ names: ['read', ''], action: 'SCMP_ACT_KILL', errnoRet: 0 }] },
    ['/syscalls/0/errnoRet: no errno for SCMP_ACT_KILL', '/syscalls/0/names/1: the name of a system call'],
  ],
  [
    'a listener without a path',
    { ...allow, syscalls: [notify] },
    ['/listenerPath: a path, for SCMP_ACT_NOTIFY'],
  ],
  [
    'a relative path',
    { ...allow, listenerPath: 'a', syscalls: [notify] },
    ['/listenerPath: an absolute path'],
  ],
  ['a listener', { ...allow, listenerPath: '/a', listenerMetadata: 'm', syscalls: [notify] }, []],
  ['a path that nothing needs', { ...allow, listenerPath: '/a' }, []],
  ['metadata for nobody', { ...allow, listenerMetadata: 'm' }, ['/listenerMetadata: a listenerPath']],
  [
    'a flag about listeners without one',
    { ...allow, flags: ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] },
    ['/flags/1: a rule with SCMP_ACT_NOTIFY'],
  ],
])('%s', (_, profile, expected) => {
  expect(problems(profile)).toEqual(expected);
});
