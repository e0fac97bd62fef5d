/**
 * Cgroups of version 2, on a machine that has nothing else and with its controllers (the guest of `npm run test:vm`),
 * as root or as a user to whom they are delegated; and without controllers, on any machine, as root.
 */
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { needVersion2, unifiedCgroupOf, unifiedFile } from '../setup/cgroup-files.ts';
import { need, needRoot } from '../setup/needs.ts';
import { started, stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';
import { onVersion2 } from '../setup/version-2.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const M = 1 << 20;
const applets = ['sh', 'sleep', 'cat', 'mkdir', 'true', 'grep', 'stat', 'mknod'];

function bundleWith(change: (config: LooseConfig) => void, ...args: string[]): Bundle {
  return rig.bundle({
    applets,
    config: (config) => {
      config.process.args = args.length > 0 ? args : ['sleep', '600'];
      change(config);
    },
  });
}

function limited(resources: LooseConfig, ...args: string[]): Bundle {
  return bundleWith(
    (config) => {
      config.linux.resources = { ...config.linux.resources, ...resources };
    },
    ...args,
  );
}

async function pidOf(id: string): Promise<number> {
  return (await stateOf(rig, id)).pid;
}

describe('with controllers', () => {
  test('all limits are in their files, and unified has the last word', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'memory', 'cpu', 'cpuset', 'pids');
    const resources = {
      memory: { limit: 64 * M, swap: 64 * M, reservation: 32 * M },
      cpu: { shares: 512, quota: 50_000, period: 100_000, cpus: '0' },
      pids: { limit: 50 },
      unified: { 'memory.oom.group': '1', 'pids.max': '40' },
    };
    const pid = await pidOf(await started(rig, limited(resources)));
    const files = [
      'memory.max',
      'memory.low',
      'memory.oom.group',
      'cpu.weight',
      'cpu.max',
      'cpuset.cpus',
      'pids.max',
    ];
    expect(files.map((file) => unifiedFile(pid, file))).toEqual([
      ...[`${64 * M}`, `${32 * M}`, '1', '59', '50000 100000', '0', '40'],
    ]);
  });

  test('statistics are there without limits', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'memory', 'pids');
    const id = await started(rig, limited({}));
    const { stdout } = await rig.tsrun(['events', '--stats', id]);
    const { data } = JSON.parse(stdout);
    expect(data.memory.usage.usage).toBeGreaterThan(0);
    expect(data.pids.current).toBe(1);
    expect(data.memory.psi).toBeDefined();
  });

  test('update changes all or nothing', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'memory', 'cpu', 'cpuset', 'pids');
    const id = await started(rig, limited({ memory: { limit: 64 * M }, pids: { limit: 20 } }));
    const pid = await pidOf(id);
    const files = [
      'memory.max',
      'memory.low',
      'cpu.weight',
      'cpu.max',
      'cpuset.cpus',
      'pids.max',
      'cpu.idle',
    ];
    const values = () => files.map((file) => unifiedFile(pid, file));
    const options = [
      ...['--memory', '96m', '--memory-reservation', '32m', '--cpu-share', '1024', '--pids-limit', '30'],
      ...['--cpu-quota', '20000', '--cpu-period', '50000', '--cpuset-cpus', '0'],
    ];
    expect(await rig.tsrun(['update', ...options, id])).toMatchObject({ code: 0, stderr: '' });
    const changed = values();
    expect(changed).toEqual([`${96 * M}`, `${32 * M}`, '100', '20000 50000', '0', '30', '0']);
    // The last of the writes is the one that fails.
    const input = JSON.stringify({
      ...{ memory: { limit: 80 * M }, cpu: { shares: 2, quota: -1, idle: 1 }, pids: { limit: 9 } },
      unified: { 'memory.high': 'nonsense' },
    });
    const result = await rig.tsrun(['update', '--resources', '-', id], { input });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('cannot set the value of memory.high to "nonsense"');
    expect(values()).toEqual(changed);
  });

  test('an update that fails leaves all CPUs to a container that had no set', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'cpuset');
    const id = await started(rig, limited({}));
    const effective = 'cpuset.cpus.effective';
    const before = unifiedFile(await pidOf(id), effective);
    const input = JSON.stringify({ cpu: { cpus: '0' }, unified: { 'cpuset.cpus.partition': 'nonsense' } });
    expect((await rig.tsrun(['update', '--resources', '-', id], { input })).code).toBe(1);
    expect(unifiedFile(await pidOf(id), effective)).toBe(before);
  });

  test('checkBeforeUpdate keeps a limit above what is used', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'memory');
    const id = await started(rig, limited({ memory: { limit: 64 * M } }));
    const input = JSON.stringify({ memory: { limit: 4096, checkBeforeUpdate: true } });
    const result = await rig.tsrun(['update', '--resources', '-', id], { input });
    expect([result.code, result.stderr]).toEqual([
      1,
      expect.stringContaining('rejecting memory limit 4096 < usage'),
    ]);
    expect(unifiedFile(await pidOf(id), 'memory.max')).toBe(`${64 * M}`);
  });

  test('exec runs in the cgroup, and in one below it', async (context) => {
    need(context, 'busybox');
    needVersion2(context, 'pids');
    const id = await started(rig, limited({}));
    const own = unifiedCgroupOf(await pidOf(id));
    expect((await rig.tsrun(['exec', id, 'cat', '/proc/self/cgroup'])).stdout).toMatch(/^0::\/$/m);
    expect((await rig.tsrun(['exec', '--cgroup', '/none', id, 'true'])).code).not.toBe(0);
    await rig.tsrun(['delete', '--force', id]);
    expect(existsSync(own)).toBe(false);
  });

  test.for([
    ['a set of CPUs', { cpu: { cpus: '4000' } }, 'cannot set the set of CPUs to "4000": there are '],
    [
      'a device',
      { blockIO: { throttleReadBpsDevice: [{ major: 4000, minor: 1, rate: 9 }] } },
      'the block device 4000:1 is not there',
    ],
    ['a controller', { unified: { 'nothing.max': '1' } }, 'controller "nothing" not available'],
  ] as const)(
    '%s that is not there is named before anything is done',
    async ([, resources, message], context) => {
      need(context, 'busybox');
      needVersion2(context, 'cpuset', 'io');
      const id = rig.id();
      const result = await rig.tsrun(['create', '--bundle', limited(resources).path, id]);
      expect([result.code, result.stderr]).toEqual([1, expect.stringContaining(message)]);
      expect(remains(rig, id)).toEqual([]);
    },
  );
});

describe('delegation', () => {
  const script =
    'cd /sys/fs/cgroup && mkdir sub && echo $$ > sub/cgroup.procs && cat /proc/self/cgroup && sleep 600';
  const mount = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['nosuid'] };
  const inUserNamespace = (config: LooseConfig, options: readonly string[] = []) => {
    config.linux.namespaces.push({ type: 'user' });
    config.linux.uidMappings = [{ containerID: 0, hostID: 200_000, size: 1000 }];
    config.linux.gidMappings = config.linux.uidMappings;
    config.mounts.push({ ...mount, options: [...mount.options, ...options] });
  };
  const openedBundle = (config: (config: LooseConfig) => void, ...args: string[]) => {
    const bundle = bundleWith(config, ...args);
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    return bundle;
  };
  const through = (log: string) => [...onVersion2, 'sh', '-c', `exec "$@" </dev/null >${log} 2>&1`, 'sh'];

  test('a container in a user namespace makes cgroups below its own, and delete removes them', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const bundle = openedBundle((config) => inUserNamespace(config), 'sh', '-c', script);
    const id = rig.id();
    const log = join(rig.path, 'delegated');
    const line = ['run', '--detach', '--bundle', bundle.path, id];
    expect((await rig.tsrun(line, { through: through(log) })).code, readFileSync(log, 'utf8')).toBe(0);
    await expect.poll(() => readFileSync(log, 'utf8')).toMatch(/^0::\/sub$/m);
    const look = (command: string) =>
      rig.tsrun(['exec', id, 'sh', '-c', command], { through: [...onVersion2] });
    const files = 'cd /sys/fs/cgroup && stat -c "%n %u" . cgroup.procs cgroup.subtree_control cgroup.freeze';
    expect(await look(files)).toMatchObject({
      stdout: '. 0\ncgroup.procs 0\ncgroup.subtree_control 0\ncgroup.freeze 65534\n',
      stderr: '',
    });
    expect(await rig.tsrun(['delete', '--force', id], { through: [...onVersion2] })).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(remains(rig, id)).toEqual([]);
  });

  test('of a read-only mount there is none', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const owner = ['stat', '-c', '%u', '/sys/fs/cgroup'];
    const bundle = openedBundle((config) => inUserNamespace(config, ['ro']), ...owner);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through: [...onVersion2] });
    expect(result).toMatchObject({ code: 0, stdout: '65534\n' });
  });
});

test('without its controller a limit is an error that names it', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  context.skip(!existsSync('/sys/fs/cgroup/memory'), 'no memory controller of version 1');
  const result = await rig.tsrun(['create', '--bundle', limited({ memory: { limit: M } }).path, rig.id()], {
    through: [...onVersion2],
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(
    'the memory limit needs the cgroup controller "memory", which is not available here',
  );
});
