/** `--systemd-cgroup` on version 1: systemd makes the scope, and tsrun joins the hierarchies that are left. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { type FoundSystemd, findLegacySystemd, leaveSystemd } from '../setup/systemd-host.ts';
import { besideRunc, devicesOf, type SystemdRig, show, systemdRig } from '../setup/systemd-tests.ts';

let found: FoundSystemd;

beforeAll(async () => {
  found = await findLegacySystemd();
});

afterAll(() => leaveSystemd(found));

const names = [
  ...['Slice', 'Delegate', 'DefaultDependencies', 'DevicePolicy', 'TasksMax', 'MemoryLimit', 'CPUShares'],
  ...['CPUAccounting', 'MemoryAccounting', 'BlockIOAccounting', 'TasksAccounting'],
  ...['CPUQuotaPerSecUSec', 'CPUQuotaPeriodUSec', 'AllowedCPUs', 'AllowedMemoryNodes'],
];

const files = [
  ...['memory/memory.limit_in_bytes', 'cpu/cpu.shares', 'cpu/cpu.cfs_quota_us', 'pids/pids.max'],
  ...['cpuset/cpuset.cpus', 'cpuset/cpuset.mems'],
];

const resources = {
  devices: [
    { allow: false, access: 'rwm' },
    { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
  ],
  memory: { limit: 67_108_864 },
  cpu: { shares: 512, quota: 33_333, period: 100_000, cpus: '0' },
  pids: { limit: 50 },
};

async function contents({ run }: SystemdRig, unit: string, which = files): Promise<string[]> {
  const paths = which.map((file) => `/sys/fs/cgroup/${file.replace('/', `/system.slice/${unit}/`)}`);
  return (await run('cat', ...paths)).stdout.trim().split('\n');
}

test('the same properties, files and device lists as runc; in every hierarchy; nothing stays', async (context) => {
  need(context, 'runc');
  await using own = systemdRig(context, found, 'asRoot');
  const bundle = own.bundle((config) => {
    config.linux.resources = resources;
  });
  const { id, unit, result } = await own.start(bundle);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  await besideRunc(own, bundle.path, async (other) => {
    expect(await show(own, unit, names)).toEqual(await show(own, other, names));
    expect(await devicesOf(own, unit)).toEqual(await devicesOf(own, other));
    expect(await contents(own, unit)).toEqual(await contents(own, other));
    const list = ['devices/devices.list'];
    expect((await contents(own, unit, list)).sort()).toEqual((await contents(own, other, list)).sort());
  });
  const { pid } = JSON.parse((await own.tsrun('state', id)).stdout);
  const places = (await own.run('cat', `/proc/${pid}/cgroup`)).stdout.trim().split('\n');
  const elsewhere = places.filter(
    (line) => !line.startsWith('0::') && !line.endsWith(`/system.slice/${unit}`),
  );
  expect(elsewhere).toEqual([]);
  expect(await own.tsrun('delete', '--force', id)).toMatchObject({ code: 0, stderr: '' });
  expect(await own.left(id)).toEqual([]);
});

test('update changes properties and files, all or none; pause and exec work', async (context) => {
  await using own = systemdRig(context, found, 'asRoot');
  const { id, unit } = await own.start(
    own.bundle((config) => {
      config.linux.resources = resources;
    }),
  );
  const changed = ['memory/memory.limit_in_bytes', 'cpu/cpu.cfs_quota_us'];
  const properties = ['MemoryLimit', 'CPUQuotaPerSecUSec'];
  const good = ['update', '--memory', '80m', '--cpu-quota', '50000', id];
  expect(await own.rig.tsrun(good)).toMatchObject({ code: 0, stderr: '' });
  const set = ['CPUQuotaPerSecUSec=500ms', 'MemoryLimit=83886080'];
  expect([await show(own, unit, properties), await contents(own, unit, changed)]).toEqual([
    set,
    ['83886080', '50000'],
  ]);
  const bad = ['update', '--memory', '70m', '--cpu-quota', '60000', '--cpuset-cpus', '999', id];
  expect((await own.rig.tsrun(bad)).code).toBe(1);
  expect([await show(own, unit, properties), await contents(own, unit, changed)]).toEqual([
    set,
    ['83886080', '50000'],
  ]);
  expect(await own.rig.tsrun(['pause', id])).toMatchObject({ code: 0, stderr: '' });
  expect(await own.rig.tsrun(['resume', id])).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await own.rig.tsrun(['exec', id, 'sh', '-c', 'sleep 0.1 & cat /proc/self/cgroup']);
  expect(stdout).toMatch(/:memory:\/$/m);
});
