/** The plan of `exec`: what it joins, and in which order. */
import { expect, test } from 'vitest';
import { step } from '../../../src/init/step.ts';
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

test('uses its first processors before it enters the cgroup, and its last ones there', () => {
  const attach = step('stub', "join the container's cgroup", '', []);
  const { steps } = execPlan({
    pid: 7,
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    process: {
      ...{ cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } },
      execCPUAffinity: { initial: '0', final: '1' },
    },
    cgroups: { steps: [attach], attachUnified: [] },
    preserveFds: 0,
    keyring: undefined,
    console: undefined,
  });
  const order = steps.map(({ name }) => name);
  const places = [
    ...['use the processors 0', "join the container's cgroup", "make the container's first process"],
    'use the processors 1',
  ].map((name) => order.indexOf(name));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test('hides the stub before it joins anything of the container', () => {
  const order = names('web');
  expect(order.indexOf('be undumpable')).toBeLessThan(order.indexOf("join the container's namespaces"));
});

test('labels the stub before it joins anything of the container', () => {
  const { steps } = execPlan({
    pid: 7,
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    process: { ...{ cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } }, apparmorProfile: 'web' },
    cgroups: { steps: [], attachUnified: [] },
    preserveFds: 0,
    keyring: 'web',
    console: undefined,
  });
  const order = steps.map(({ name }) => name);
  const label = order.indexOf('apply the AppArmor profile "web"');
  expect(label).toBeGreaterThan(0);
  expect(label).toBeLessThan(order.indexOf('be undumpable'));
});
