/** Refusals of the kernel, in words. */
import { describe, expect, test } from 'vitest';
import type { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { Step } from '../../../src/init/step.ts';
import { capset } from '../../../src/kernel/calls/process.ts';
import * as S from '../../../src/kernel/constants/seccomp.ts';
import { EINVAL, ENOSYS, EPERM } from '../../../src/kernel/errno.ts';
import { filterFlags, supportedFlags, unknownFlags } from '../../../src/seccomp/flags.ts';
import { administratorStep, loadStep, resignStep, withoutListener } from '../../../src/seccomp/load.ts';

const program = new Uint8Array(8);
const set = capset({ effective: 0n, permitted: 0n, inheritable: 0n });

function refusal(step: Step, errno: number): RuntimeError | undefined {
  if (step.kind !== 'calls') throw new TypeError('not a step of calls');
  const call = step.calls.at(-1);
  const answer = call && step.recover?.({ call, errno });
  return answer instanceof Error ? answer : undefined;
}

describe('a filter that the kernel refuses', () => {
  test('since it has none at all', () => {
    const error = refusal(loadStep({ program, flags: 0 }), ENOSYS);
    expect(error?.message).toBe(
      'cannot load the seccomp filter: this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)',
    );
    expect(error?.details.pointer).toBe('/linux/seccomp');
  });

  test('for a reason that is not its flags is an ordinary error', () => {
    expect(refusal(loadStep({ program, flags: S.SECCOMP_FILTER_FLAG_LOG }), EINVAL)).toBeUndefined();
  });

  test('since nobody may load one', () => {
    const error = refusal(administratorStep([set]), EPERM);
    expect(error?.details.hint).toBe('set process.noNewPrivileges to true: then no capability is needed');
  });

  test('to let it give up its rights', () => {
    expect(refusal(resignStep(set), EPERM)?.details.hint).toContain('the profile has to allow capset');
  });
});

describe('flags', () => {
  const notify = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' as const };
  const allow = { defaultAction: 'SCMP_ACT_ALLOW' as const };
  const tsync = ['SECCOMP_FILTER_FLAG_TSYNC' as const];

  test('are those of the profile', () => {
    expect(filterFlags(allow)).toBe(0);
    expect(filterFlags({ ...allow, flags: tsync })).toBe(S.SECCOMP_FILTER_FLAG_TSYNC);
  });

  test('ask for a listener where an action notifies, and never for a number of two meanings', () => {
    expect(filterFlags({ ...allow, syscalls: [notify] })).toBe(S.SECCOMP_FILTER_FLAG_NEW_LISTENER);
    expect(filterFlags({ ...allow, flags: tsync, syscalls: [notify] })).toBe(
      S.SECCOMP_FILTER_FLAG_TSYNC | S.SECCOMP_FILTER_FLAG_NEW_LISTENER | S.SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
    );
    expect(filterFlags({ defaultAction: 'SCMP_ACT_NOTIFY' })).toBe(S.SECCOMP_FILTER_FLAG_NEW_LISTENER);
  });

  test('of a hook ask for no listener', () => {
    const flags = S.SECCOMP_FILTER_FLAG_LOG | S.SECCOMP_FILTER_FLAG_NEW_LISTENER;
    const handOver = () => {};
    expect(withoutListener({ program, flags, traceable: true, handOver })).toEqual({
      program,
      flags: S.SECCOMP_FILTER_FLAG_LOG,
    });
    expect(withoutListener(undefined)).toBeUndefined();
  });

  test('that this kernel knows are told from those that it does not', () => {
    const known = supportedFlags() ?? [];
    expect(known).toContain('SECCOMP_FILTER_FLAG_LOG');
    expect(unknownFlags(S.SECCOMP_FILTER_FLAG_LOG)).toEqual([]);
  });
});

test('the process shows its listener and, for an ordinary user, lets itself be looked into', () => {
  const calls = (traceable: boolean) => {
    const step = loadStep({ program, flags: 8, ...(traceable ? { traceable } : {}) });
    return step.calls.map(({ name, effect = 'none' }) => [name, effect]);
  };
  expect(calls(false)).toEqual([['seccomp', 'show']]);
  expect(calls(true)).toEqual([
    ['prctl', 'none'],
    ['seccomp', 'show'],
  ]);
});
