/** Limits with `--systemd-cgroup`: systemd's properties and the files, beside runc's for the same bundle. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { type FoundSystemd, findSystemd, leaveSystemd } from '../setup/systemd-host.ts';
import {
  besideRunc,
  devicesOf,
  needControllers,
  type SystemdRig,
  show,
  systemdRig,
} from '../setup/systemd-tests.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findSystemd();
});

afterAll(() => leaveSystemd(found));

const names = [
  ...['Slice', 'Delegate', 'DefaultDependencies', 'DevicePolicy'],
  ...['CPUAccounting', 'MemoryAccounting', 'IOAccounting', 'TasksAccounting', 'TasksMax'],
  ...['CPUQuotaPerSecUSec', 'CPUQuotaPeriodUSec', 'AllowedCPUs', 'AllowedMemoryNodes'],
  ...['MemoryMax', 'MemoryHigh', 'MemoryLow', 'MemorySwapMax'],
];

const files = [
  ...['memory.max', 'memory.high', 'memory.low', 'memory.swap.max', 'memory.oom.group'],
  ...['cpu.max', 'cpuset.cpus', 'cpuset.mems', 'pids.max', 'io.weight'],
];

const resources = {
  devices: [{ allow: false, access: 'rwm' }],
  memory: { limit: 67_108_864, reservation: 33_554_432, swap: 100_663_296 },
  cpu: { quota: 33_333, period: 100_000, cpus: '0', mems: '0' },
  pids: { limit: 50 },
  blockIO: { weight: 500 },
  unified: { 'memory.high': '60000000', 'memory.oom.group': '1' },
};

async function contents(own: SystemdRig, unit: string, which = files): Promise<Record<string, string>> {
  const place = await own.property(unit, 'ControlGroup');
  const paths = which.map((file) => `/sys/fs/cgroup${place}/${file}`);
  const { stdout } = await own.run('grep', '-H', '', ...paths);
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/.*\/([\w.]+):/).slice(1)),
  );
}

describe('beside runc', () => {
  test('the same properties without limits', async (context) => {
    need(context, 'runc');
    await using own = systemdRig(context, found, 'asRoot');
    const bundle = own.bundle((config) => {
      config.linux.resources.devices.push({ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' });
    });
    const { unit } = await own.start(bundle);
    await besideRunc(own, bundle.path, async (other) => {
      const own252 = names.filter((name) => !name.startsWith('Tasks'));
      expect(await show(own, unit, own252)).toEqual(await show(own, other, own252));
      expect(await devicesOf(own, unit)).toEqual(await devicesOf(own, other));
    });
  });

  test('the same properties and files with limits', async (context) => {
    need(context, 'runc');
    await using own = systemdRig(context, found, 'asRoot');
    await needControllers(context, own);
    const bundle = own.bundle((config) => {
      config.linux.resources = resources;
    });
    const { unit, result } = await own.start(bundle);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    await besideRunc(own, bundle.path, async (other) => {
      expect(await show(own, unit, names)).toEqual(await show(own, other, names));
      expect(await contents(own, unit)).toEqual(await contents(own, other));
    });
  });
});

describe.for(['asRoot', 'asUser'] as const)('update, %s', (as) => {
  test('changes properties and files, all or none, and systemd does not undo it', async (context) => {
    await using own = systemdRig(context, found, as);
    await needControllers(context, own);
    const { id, unit, result } = await own.start(
      own.bundle((config) => {
        config.linux.resources = {
          ...config.linux.resources,
          memory: { limit: 67_108_864 },
          pids: { limit: 20 },
        };
      }),
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const update = (...args: string[]) => own.rig.tsrun(['update', ...args, id]);
    const changes = ['--memory', '80m', '--cpu-quota', '30000', '--pids-limit', '30'];
    expect(await update(...changes)).toMatchObject({ code: 0, stderr: '' });
    const which = ['MemoryMax', 'CPUQuotaPerSecUSec', 'TasksMax'];
    const set = ['CPUQuotaPerSecUSec=300ms', 'MemoryMax=83886080', 'TasksMax=30'];
    expect(await show(own, unit, which)).toEqual(set);
    const written = { 'memory.max': '83886080', 'cpu.max': '30000 100000', 'pids.max': '30' };
    expect(await contents(own, unit, Object.keys(written))).toEqual(written);

    const wrong = await update('--memory', '70m', '--cpu-quota', '50000', '--cpuset-cpus', '999');
    expect(wrong.code).toBe(1);
    expect(await show(own, unit, which)).toEqual(set);
    expect(await contents(own, unit, Object.keys(written))).toEqual(written);

    await own.systemctl('daemon-reload');
    expect(await contents(own, unit, Object.keys(written))).toEqual(written);
  });

  test('a limit of one process leaves room for the container’s first one', async (context) => {
    await using own = systemdRig(context, found, as);
    await needControllers(context, own);
    const { unit, result } = await own.start(
      own.bundle((config) => {
        config.linux.resources = { ...config.linux.resources, pids: { limit: 1 } };
      }),
    );
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(await own.property(unit, 'TasksMax')).toBe('1');
    expect(await contents(own, unit, ['pids.max'])).toEqual({ 'pids.max': '1' });
  });
});

test('limits whose controllers version 2 does not have are refused before systemd is asked', async (context) => {
  await using own = systemdRig(context, found, 'asRoot');
  const { stdout } = await own.run('cat', '/sys/fs/cgroup/cgroup.controllers');
  context.skip(stdout.includes('memory'), 'version 2 has the memory controller');
  const id = own.rig.id();
  const { path } = own.bundle((config) => {
    config.linux.resources = { memory: { limit: 67_108_864 } };
  });
  const result = await own.tsrun('create', '--bundle', path, id);
  expect(result).toMatchObject({ code: 1 });
  expect(result.stderr).toContain('the memory limit needs the cgroup controller "memory"');
  expect(await own.left(id)).toEqual([]);
});
