/** `update` on cgroup v1, step by step beside runc: the kernel's files have the same values. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupFile, needNoCgroup, needVersion1 } from '../setup/cgroup-files.ts';
import { need, needRoot } from '../setup/needs.ts';
import { created, sleepingBundle, started, stateOf } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const M = 1 << 20;

const initial = {
  memory: { limit: 32 * M, reservation: 24 * M },
  cpu: { shares: 100, quota: 500_000, period: 1_000_000, cpus: '0' },
  pids: { limit: 20 },
};

function limitedBundle(): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      Object.assign(config.linux.resources, initial);
    },
  });
}

const files = [
  ...['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', 'memory.soft_limit_in_bytes'],
  ...['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us', 'cpuset.cpus', 'pids.max'],
];

/** With what is given on standard input. */
const updates: readonly (readonly [options: readonly string[], input?: string])[] = [
  [['--memory', '50M']],
  [['--memory-reservation', '33554432', '--memory-swap', '-1']],
  [['--memory-swap', '96468992']],
  [['--memory', '-1']],
  [['--pids-limit', '-1']],
  [['-r', '-'], JSON.stringify(initial)],
  [['--cpu-period', '900000']],
  [['--cpu-quota', '600000', '--cpu-share', '200']],
  [['--memory', '30M', '--memory-swap', '50M']],
  [['--memory', '60M', '--memory-swap', '80M', '--cpu-quota', '-1']],
  [['--resources=-'], '{"cpu":{"quota":0,"period":0,"shares":300},"pids":{"limit":9}}'],
  [['--resources=-'], '{"pids":{"limit":0}}'],
  [['--pids-limit', '0']],
];

describe('update', () => {
  test('comes to the same as with runc', async (context) => {
    needRoot(context);
    need(context, 'busybox', 'runc');
    needVersion1(context, 'memory', 'cpu', 'cpuset', 'pids');
    const bundle = limitedBundle();
    const ours = await created(rig, bundle);
    const theirs = rig.id();
    const pidFile = join(rig.path, 'runc-pid');
    const quiet = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
    const line = ['create', '--pid-file', pidFile, '--bundle', bundle.path, theirs];
    expect(await rig.runc(line, { through: quiet })).toMatchObject({ code: 0 });
    const pids = [(await stateOf(rig, ours)).pid, Number(readFileSync(pidFile, 'utf8'))];
    for (const [options, input] of updates) {
      const given = input === undefined ? {} : { input };
      expect(await rig.tsrun(['update', ...options, ours], given)).toMatchObject({
        code: 0,
        stdout: '',
        stderr: '',
      });
      expect(await rig.runc(['update', ...options, theirs], given)).toMatchObject({ code: 0 });
      const [own, other] = pids.map((pid) => files.map((file) => `${file}: ${cgroupFile(pid, file)}`));
      expect(own, options.join(' ')).toEqual(other);
    }
  });

  test('takes the fields that runc does not, and what is changed is kept', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'cpu');
    const id = await started(rig, limitedBundle());
    const { pid } = await stateOf(rig, id);
    expect(await rig.tsrun(['update', id, '--cpu-burst', '1000', '--cpu-idle', '1'])).toMatchObject({
      code: 0,
    });
    expect([cgroupFile(pid, 'cpu.cfs_burst_us'), cgroupFile(pid, 'cpu.idle')]).toEqual(['1000', '1']);
    const kept = JSON.parse(readFileSync(join(rig.root, id, 'config.json'), 'utf8'));
    expect(kept.linux.resources.cpu).toEqual({ ...initial.cpu, burst: 1000, idle: 1 });
    expect(kept.linux.resources.devices).toEqual([{ allow: false, access: 'rwm' }]);
  });

  test('changes nothing where a part cannot be', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'memory', 'cpu', 'cpuset', 'pids');
    const id = await started(rig, limitedBundle());
    const { pid } = await stateOf(rig, id);
    const values = () => files.map((file) => cgroupFile(pid, file));
    const before = values();
    const wrong = {
      memory: { limit: 64 * M, swap: 80 * M },
      cpu: { quota: 2000, cpus: '4095' },
      pids: { limit: 3 },
    };
    const file = join(rig.path, 'wrong.json');
    writeFileSync(file, JSON.stringify(wrong));
    const result = await rig.tsrun(['update', `--resources=${file}`, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^tsrun: cannot set the set of CPUs to "4095": write of /);
    expect(result.stderr).toContain(`${file}:1:`);
    expect(values()).toEqual(before);
    const kept = JSON.parse(readFileSync(join(rig.root, id, 'config.json'), 'utf8'));
    expect(kept.linux.resources).toMatchObject(initial);
  });

  test('leaves a paused container paused', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'pids', 'freezer');
    const id = await started(rig, limitedBundle());
    await rig.tsrun(['pause', id]);
    expect(await rig.tsrun(['update', '--pids-limit', '30', id])).toMatchObject({ code: 0, stderr: '' });
    const { pid, status } = await stateOf(rig, id);
    expect([status, cgroupFile(pid, 'pids.max')]).toEqual(['paused', '30']);
  });

  test('refuses what is wrong in itself', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleepingBundle(rig));
    for (const [options, message, input = ''] of wrong) {
      const result = await rig.tsrun(['update', ...options, id], { input });
      expect([result.code, result.stderr]).toEqual([1, expect.stringContaining(message)]);
    }
  });
});

const wrong: readonly (readonly [options: readonly string[], message: string, input?: string])[] = [
  [['--memory', '2xx'], 'invalid value for memory: "2xx"'],
  [['--cpu-share', '-1'], 'invalid value for cpu-share: "-1"'],
  [['--cpu-period', '5'], '/cpu/period: expected 1000 to 1000000 microseconds, found the number 5'],
  [['--memory', '20M', '--memory-swap', '10M'], '/memory/swap: expected at least the limit, 20971520'],
  ...(existsSync('/sys/fs/resctrl/info')
    ? []
    : ([
        [['--l3-cache-schema', 'L3:0=f'], 'Intel RDT/CAT: l3 cache schema is not enabled'],
        [['--mem-bw-schema', 'MB:0=f'], 'Intel RDT/MBA: memory bandwidth schema is not enabled'],
      ] as const)),
  [['-r', '/no/such'], 'cannot read "/no/such": ENOENT (no such file or directory)'],
  [['-r', '-'], 'standard input:1:2: not valid JSON', '{'],
  [['-r', '-'], 'standard input:1:18: /cpu/shares: expected an integer from 0', '{"cpu":{"shares":"x"}}'],
];

test('without a cgroup of its own a container gets no limit', async (context) => {
  need(context, 'busybox');
  needNoCgroup(context);
  const id = await created(rig, sleepingBundle(rig));
  const { code, stderr } = await rig.tsrun(['update', '--pids-limit', '5', id]);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'cannot set the limit of processes: the container has no cgroup of the controller "pids"',
  );
  expect(stderr).toContain('rootless needs no limits + no cgrouppath');
});
