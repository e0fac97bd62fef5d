import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import type { Resources } from '../../../../src/spec/types.ts';
import { hybrid } from '../hosts.ts';
import { limitsOn, lines } from '../limit-lines.ts';

const MAX = '9223372036854771712';

function written(resources: Resources, now?: Readonly<Record<string, string>>): string[] {
  return lines(limitsOn(hybrid, resources, now));
}

function refusal(resources: Resources): RuntimeError {
  try {
    limitsOn(hybrid, resources);
  } catch (error) {
    if (error instanceof RuntimeError) return error;
  }
  throw new Error('the limits were taken');
}

describe('memory', () => {
  test('every field has its file; what the kernel does not count any more is left out', () => {
    const memory = { limit: 4096, reservation: 1024, swap: 8192, kernel: 1, kernelTCP: 1, swappiness: 60 };
    expect(written({ memory: { ...memory, disableOOMKiller: true, useHierarchy: true } })).toEqual([
      'memory.use_hierarchy 1 (may be missing)',
      'memory.limit_in_bytes 4096',
      'memory.memsw.limit_in_bytes 8192',
      'memory.soft_limit_in_bytes 1024',
      'memory.oom_control 1 (late)',
      'memory.swappiness 60',
    ]);
  });

  test('no limit on memory is none on swap', () => {
    expect(written({ memory: { limit: -1 } })).toEqual([
      'memory.memsw.limit_in_bytes -1 (may be missing)',
      'memory.limit_in_bytes -1',
    ]);
  });

  test.each([
    ['grows: both first', { limit: 60, swap: 80 }, '50', ['memsw.limit_in_bytes 80', 'limit_in_bytes 60']],
    [
      'shrinks: memory first',
      { limit: 30, swap: 50 },
      '60',
      ['limit_in_bytes 30', 'memsw.limit_in_bytes 50'],
    ],
    [
      'had none: memory first',
      { limit: 30, swap: 50 },
      MAX,
      ['limit_in_bytes 30', 'memsw.limit_in_bytes 50'],
    ],
    [
      'loses swap: both first',
      { limit: 30, swap: -1 },
      '20',
      ['memsw.limit_in_bytes -1', 'limit_in_bytes 30'],
    ],
  ] as const)('that %s', (_, memory, now, order) => {
    expect(written({ memory }, { 'memory.limit_in_bytes': now })).toEqual(
      order.map((one) => `memory.${one}`),
    );
  });

  test('zero asks for nothing, and large numbers stay exact', () => {
    expect(written({ memory: { limit: 0, reservation: 0, swap: 0 } })).toEqual([]);
    expect(written({ memory: { limit: 2n ** 62n } })).toEqual([`memory.limit_in_bytes ${2n ** 62n}`]);
  });

  test('the OOM killer is given back to a container that has none', () => {
    expect(written({ memory: { disableOOMKiller: false } })).toEqual([]);
    const now = { 'memory.oom_control': 'oom_kill_disable 1\nunder_oom 0' };
    expect(written({ memory: { disableOOMKiller: false } }, now)).toEqual(['memory.oom_control 0 (late)']);
    const [write] = limitsOn(hybrid, { memory: { disableOOMKiller: true } }).writes;
    expect(write?.restore?.('oom_kill_disable 0\nunder_oom 0')).toEqual(['0']);
  });
});

describe('cpu', () => {
  test('every field has its file', () => {
    const cpu = { shares: 100, quota: 5000, period: 10000, burst: 500, idle: 1, cpus: '0-1', mems: '0' };
    expect(written({ cpu: { ...cpu, realtimePeriod: 20000, realtimeRuntime: 1000 } })).toEqual([
      ...['cpu.shares 100', 'cpu.cfs_period_us 10000', 'cpu.cfs_quota_us 5000', 'cpu.cfs_burst_us 500'],
      ...['cpu.idle 1', 'cpu.rt_period_us 20000', 'cpu.rt_runtime_us 1000'],
      ...['cpuset.cpus 0-1', 'cpuset.mems 0'],
    ]);
  });

  test('what makes the share smaller is written first', () => {
    const now = { 'cpu.cfs_period_us': '100000', 'cpu.cfs_burst_us': '900', 'cpu.rt_period_us': '30000' };
    const cpu = { quota: 3000, period: 10000, burst: 800, realtimePeriod: 20000, realtimeRuntime: 1000 };
    expect(written({ cpu }, now)).toEqual([
      ...['cpu.cfs_burst_us 800', 'cpu.cfs_quota_us 3000', 'cpu.cfs_period_us 10000'],
      ...['cpu.rt_runtime_us 1000', 'cpu.rt_period_us 20000'],
    ]);
  });

  test('shares that the kernel would silently change are refused', () => {
    expect(refusal({ cpu: { shares: 1 } }).message).toContain('the minimum allowed cpu-shares is 2');
    expect(refusal({ cpu: { shares: 2 ** 19 } })).toMatchObject({
      message: expect.stringContaining('the maximum allowed cpu-shares is 262144'),
      details: { pointer: '/linux/resources/cpu/shares' },
    });
  });
});

test('a controller that is in version 2 alone is used there, once it is handed down', () => {
  const { handDown, writes } = limitsOn(hybrid, { hugepageLimits: [{ pageSize: '2MB', limit: 2n ** 63n }] });
  expect(handDown).toEqual([
    { directory: '/sys/fs/cgroup/unified', controllers: ['hugetlb'], needed: ['hugetlb'] },
  ]);
  expect(writes.map(({ directory, file, text }) => `${directory}/${file} ${text}`)).toEqual([
    `/sys/fs/cgroup/unified/web/hugetlb.2MB.rsvd.max ${2n ** 63n}`,
    `/sys/fs/cgroup/unified/web/hugetlb.2MB.max ${2n ** 63n}`,
  ]);
});

test.each([
  ['pids', { pids: { limit: 0 } }, 'limit of processes', '/pids/limit'],
  ['blkio', { blockIO: { weight: 10 } }, 'weight of block devices', '/blockIO/weight'],
  ['net_cls', { network: { classID: 1 } }, 'class of network packets', '/network/classID'],
  [
    'net_prio',
    { network: { priorities: [{ name: 'eth0', priority: 1 }] } },
    'priority of packets on "eth0"',
    '/network/priorities/0',
  ],
  ['rdma', { rdma: { mlx5_0: { hcaHandles: 1 } } }, 'limit of RDMA resources of "mlx5_0"', '/rdma/mlx5_0'],
] as const)('without the controller %s the limit is refused by name', (name, resources, limit, field) => {
  expect(refusal(resources as unknown as Resources)).toMatchObject({
    code: 'cgroup',
    message: `the ${limit} needs the cgroup controller "${name}", which is mounted nowhere`,
    details: { pointer: `/linux/resources${field}`, hint: expect.stringContaining(`-o ${name} none`) },
  });
});

test('files of version 2 are refused', () => {
  const error = refusal({ unified: { 'memory.high': '1' } });
  expect(error.message).toBe('invalid configuration: cannot use unified on cgroup v1');
});
