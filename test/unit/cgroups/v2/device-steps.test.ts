import { describe, expect, test } from 'vitest';
import { deviceProgramSteps } from '../../../../src/cgroups/v2/device-steps.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import type { CallStep, Step } from '../../../../src/init/step.ts';
import type { Call } from '../../../../src/kernel/call.ts';
import { E2BIG, EACCES, EINVAL, ENOENT, EPERM } from '../../../../src/kernel/errno.ts';

const denyAll = [{ allow: false, access: 'rwm' }];

function stepFor(options: { rootless: boolean; isRefused?: () => boolean }): CallStep {
  const [step, ...others] = deviceProgramSteps({ path: '/nowhere/web', rules: denyAll, ...options });
  if (step?.kind !== 'calls' || others.length > 0) throw new TypeError('expected one step with calls');
  return step;
}

/** What becomes of a failure of the nth call. */
function failing(nth: number, errno: number, options: Parameters<typeof stepFor>[0] = { rootless: false }) {
  const step = stepFor(options);
  return { step, outcome: step.recover?.({ call: step.calls[nth] as Call, errno }) };
}

function closed(steps: unknown): readonly Call[] {
  return (steps as readonly Step[]).flatMap((step) => (step.kind === 'calls' ? step.calls : []));
}

const [LOAD, OPEN, , ATTACH] = [0, 1, 2, 3];

describe('a device program that cannot be had', () => {
  test('is an error of its call, with what to do', () => {
    const error = failing(ATTACH, EPERM).outcome;
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error).toMatchObject({
      message:
        'cannot restrict devices in "/nowhere/web": bpf(BPF_PROG_ATTACH): EPERM (operation not permitted)',
      details: { pointer: '/linux/resources/devices', hint: expect.stringContaining('bpftool cgroup tree') },
    });
    expect(failing(OPEN, ENOENT).outcome).toMatchObject({
      message: expect.stringContaining('openat: ENOENT'),
      details: { hint: 'was it removed by another program meanwhile?' },
    });
    expect(failing(ATTACH, E2BIG).outcome).toMatchObject({
      details: { hint: expect.stringContaining('at most 64 programs') },
    });
    expect(failing(ATTACH, EINVAL).outcome).toMatchObject({
      details: { hint: expect.stringContaining('CONFIG_CGROUP_BPF') },
    });
  });

  test('is not loaded for whom the kernel does not let: the rules are left out', () => {
    expect(failing(LOAD, EPERM, { rootless: true }).outcome).toEqual([]);
    expect(failing(LOAD, EPERM).outcome).toBeInstanceOf(RuntimeError);
    expect(failing(LOAD, EINVAL, { rootless: true }).outcome).toBeInstanceOf(RuntimeError);
  });

  test('closes what is open where the rules are left out', () => {
    const attached = failing(ATTACH, EACCES, { rootless: true });
    const [load, directory] = attached.step.calls;
    expect(closed(attached.outcome).map(({ args }) => args[0])).toEqual([load, directory]);
    const opened = failing(OPEN, ENOENT, { rootless: true, isRefused: () => true });
    expect(closed(opened.outcome).map(({ args }) => args[0])).toEqual([opened.step.calls[LOAD]]);
  });

  test('is an error where the cgroup is gone that an ordinary user had', () => {
    expect(failing(OPEN, ENOENT, { rootless: true, isRefused: () => false }).outcome).toBeInstanceOf(
      RuntimeError,
    );
  });
});
