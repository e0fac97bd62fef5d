import { expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { cloneStep } from '../../../src/init/spawn-step.ts';
import { type CallStep, type Step, step } from '../../../src/init/step.ts';
import { type Call, call } from '../../../src/kernel/call.ts';
import { EBADF, EINVAL, ENOSYS } from '../../../src/kernel/errno.ts';

const explain = () => new RuntimeError('system', 'refused');

/** Who executes what is done instead, and what that does when it fails, too. */
function actors(steps: readonly Step[] | RuntimeError | undefined): unknown[] {
  if (!Array.isArray(steps)) return [steps];
  return steps.map((one: CallStep) => [one.actor, one.name]);
}

test('where the cgroup cannot be cloned into, it is joined by who is to clone', () => {
  const fallback = step('stub', 'fall back', '', []);
  const attach = step('stub', 'attach', '', [], { recover: () => [fallback] });
  const cgroup = { directory: call('openat'), attach: [attach] };
  const clone = cloneStep({ from: 'userns', to: 'init', flags: 0, cgroup, explain }) as CallStep;
  const instead = (errno: number) => clone.recover?.({ call: clone.calls[0] as Call, errno });
  const title = "make the container's first process";
  // The first stub has ended by then, and whoever waited for it would wait for ever.
  expect(actors(instead(EINVAL))).toEqual([
    ['userns', 'attach'],
    ['userns', title],
  ]);
  expect(actors(instead(ENOSYS))).toEqual([
    ['userns', 'attach'],
    ['userns', `${title} without clone3`],
  ]);
  expect(actors(instead(EBADF))).toEqual([['userns', title]]);
  const [attached] = instead(EINVAL) as readonly CallStep[];
  expect(actors(attached?.recover?.({ call: call('write'), errno: EINVAL }))).toEqual([
    ['userns', 'fall back'],
  ]);
});
