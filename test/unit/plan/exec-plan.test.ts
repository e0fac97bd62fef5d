/** The plan of `exec`: what it joins, and in which order. */
import { expect, test } from 'vitest';
import { step } from '../../../src/init/step.ts';
import { type Call, call } from '../../../src/kernel/call.ts';
import { CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER } from '../../../src/kernel/constants/process.ts';
import { describeCall, nameResults } from '../../../src/kernel/recording.ts';
import { silentLog } from '../../../src/log/log.ts';
import { execPlan } from '../../../src/plan/exec-plan.ts';

/** Stand for what the runtime has opened. */
const target = call('pidfd_open');
const nested = call('openat');

function names(keyring: string | undefined): string[] {
  const { steps } = execPlan({
    target,
    readUidMap: () => '',
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    nested: undefined,
    process: { cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } },
    cgroups: { steps: [], attachUnified: [] },
    preserveFds: 0,
    keyring,
    rootless: false,
    streams: [],
    idMaps: undefined,
    log: silentLog,
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
    target,
    readUidMap: () => '',
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    nested: undefined,
    process: {
      ...{ cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } },
      execCPUAffinity: { initial: '0', final: '1' },
    },
    cgroups: { steps: [attach], attachUnified: [] },
    preserveFds: 0,
    keyring: undefined,
    rootless: false,
    streams: [],
    idMaps: undefined,
    log: silentLog,
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

test('joins the namespace of a nested process last, by way of the container’s', () => {
  const { steps } = execPlan({
    target,
    readUidMap: () => '',
    namespaces: CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID,
    nested,
    process: { cwd: '/', args: ['true'], user: { uid: 33, gid: 33 } },
    cgroups: { steps: [], attachUnified: [] },
    preserveFds: 0,
    keyring: undefined,
    rootless: false,
    streams: [],
    idMaps: undefined,
    log: silentLog,
    console: undefined,
  });
  const calls = steps.flatMap((one) => (one.kind === 'calls' ? one.calls : []));
  const names = nameResults([target, nested, ...calls]);
  const joins = calls.filter(({ name }) => name === 'setns').map((call) => describeCall(call, names));
  expect(joins).toEqual([
    'setns($3, CLONE_NEWUSER)',
    'setns($1, CLONE_NEWNS|CLONE_NEWPID)',
    'setns($2, CLONE_NEWUSER)',
  ]);
  expect(describeCall(calls.find(({ name }) => name === 'ioctl') as Call, names)).toBe(
    'ioctl($2, NS_GET_PARENT, 0) = $3',
  );
});

test('labels the stub before it joins anything of the container', () => {
  const { steps } = execPlan({
    target,
    readUidMap: () => '',
    namespaces: CLONE_NEWNS | CLONE_NEWPID,
    nested: undefined,
    process: { ...{ cwd: '/', args: ['true'], user: { uid: 0, gid: 0 } }, apparmorProfile: 'web' },
    cgroups: { steps: [], attachUnified: [] },
    preserveFds: 0,
    keyring: 'web',
    rootless: false,
    streams: [],
    idMaps: undefined,
    log: silentLog,
    console: undefined,
  });
  const order = steps.map(({ name }) => name);
  const label = order.indexOf('apply the AppArmor profile "web"');
  expect(label).toBeGreaterThan(0);
  expect(label).toBeLessThan(order.indexOf('be undumpable'));
});
