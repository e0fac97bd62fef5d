/** What is said when the kernel does not know an id, or denies the groups. */
import { expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Step } from '../../../src/init/step.ts';
import { EINVAL, ENOENT, EPERM } from '../../../src/kernel/errno.ts';
import { resolveCapabilities } from '../../../src/process/capabilities.ts';
import { groupsStep, idStep } from '../../../src/process/credentials.ts';

function refusal(step: Step, name: string, errno: number): RuntimeError | undefined {
  const { calls, recover } = step as CallStep;
  const call = calls.find((one) => one.name === name);
  if (!call) throw new TypeError(`no ${name}`);
  const error = recover?.({ call, errno });
  return error instanceof RuntimeError ? error : undefined;
}

const credentials = {
  ...{ uid: 33, gid: 44, additionalGids: [], noNewPrivileges: false },
  capabilities: resolveCapabilities(undefined, 0n).masks,
};

test.each([
  ['setresuid', 'cannot become uid 33: it does not exist in the user namespace', '/process/user/uid'],
  ['setresgid', 'cannot become gid 44: it does not exist in the user namespace', '/process/user/gid'],
])('an id that %s does not know is that of its field', (name, message, pointer) => {
  const error = refusal(idStep(credentials), name, EINVAL);
  expect([error?.message, error?.details.pointer]).toEqual([message, pointer]);
  expect(refusal(idStep(credentials), name, ENOENT)).toBeUndefined();
});

test.each([
  [EPERM, 'setgroups is denied in the user namespace'],
  [EINVAL, 'one of them does not exist in the user namespace'],
])('groups that are refused with errno %i', (errno, words) => {
  expect(refusal(groupsStep({ gid: 0, additionalGids: [0, 5] }), 'setgroups', errno)?.message).toContain(
    words,
  );
});

test.each([undefined, [], [7]])(
  'no groups but its own are had where they are denied: %j',
  (additionalGids) => {
    const [call] = (groupsStep({ gid: 7, ...(additionalGids && { additionalGids }) }) as CallStep).calls;
    expect(call?.tolerated).toEqual([EPERM]);
  },
);
