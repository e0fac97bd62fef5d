/** The plan of `exec`: what it joins, and in which order. */
import { expect, test } from 'vitest';
import { CLONE_NEWNS, CLONE_NEWPID } from '../../../src/kernel/constants/process.ts';
import { execPlan } from '../../../src/plan/exec-plan.ts';

function names(keyring: string | undefined): string[] {
  const { steps } = execPlan({
    pid: 7,
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    process: { cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } },
    cgroups: { steps: [], attachUnified: [] },
    preserveFds: 0,
    keyring,
    console: undefined,
  });
  return steps.map(({ name }) => name);
}

test('joins the session keyring of the container, and its caller’s where the container has none', () => {
  expect(names('web')).toContain('join the session keyring');
  expect(names(undefined)).not.toContain('join the session keyring');
});

test('hides the stub before it joins anything of the container', () => {
  const order = names('web');
  expect(order.indexOf('be undumpable')).toBeLessThan(order.indexOf("join the container's namespaces"));
});
