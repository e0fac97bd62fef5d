import { describe, expect, test } from 'vitest';
import { weightOfShares } from '../../../../src/cgroups/v2/cpu-weight.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import type { Resources } from '../../../../src/spec/types.ts';
import { unified } from '../hosts.ts';
import { limitsOn, lines } from '../limit-lines.ts';

function written(resources: Resources, now?: Readonly<Record<string, string>>): string[] {
  return lines(limitsOn(unified, resources, now));
}

function refusal(
  resources: Resources,
  now?: Readonly<Record<string, string>>,
  refused?: readonly string[],
): RuntimeError {
  try {
    limitsOn(unified, resources, now, refused);
  } catch (error) {
    if (error instanceof RuntimeError) return error;
  }
  throw new Error('the limits were taken');
}

describe('memory', () => {
  test.each([
    [
      { limit: 4096, swap: 10240, reservation: 5 },
      ['memory.swap.max 6144', 'memory.max 4096', 'memory.low 5'],
    ],
    [{ limit: 4096, swap: 4096 }, ['memory.swap.max 0 (may be missing)', 'memory.max 4096']],
    [{ limit: 4096, swap: -1 }, ['memory.swap.max max (may be missing)', 'memory.max 4096']],
    [{ limit: -1 }, ['memory.swap.max max (may be missing)', 'memory.max max']],
    [{ limit: -1, swap: 5 }, ['memory.swap.max 5', 'memory.max max']],
    [{ limit: 0, swap: 0, kernel: 5, useHierarchy: true }, []],
    [{ limit: 2n ** 62n, swap: 2n ** 62n + 1n }, ['memory.swap.max 1', `memory.max ${2n ** 62n}`]],
  ] as const)('%o', (memory, expected) => {
    expect(written({ memory })).toEqual(expected);
  });

  test('what version 1 alone has is refused', () => {
    expect(refusal({ memory: { swappiness: 0 } }).details.pointer).toBe('/linux/resources/memory/swappiness');
    expect(refusal({ memory: { disableOOMKiller: true } }).message).toContain('memory.disableOOMKiller');
    expect(refusal({ memory: { swap: 5 } }).message).toBe('unable to set swap limit without memory limit');
  });

  test('a limit below what is used is refused where that is asked for', () => {
    const now = { 'memory.current': '5000', 'memory.swap.current': '100' };
    expect(written({ memory: { limit: 4096 } }, now)).toEqual(['memory.max 4096']);
    expect(refusal({ memory: { limit: 4096, checkBeforeUpdate: true } }, now).message).toBe(
      'rejecting memory limit 4096 < usage 5000',
    );
    expect(refusal({ memory: { limit: 5000, swap: 5099, checkBeforeUpdate: true } }, now).message).toBe(
      'rejecting memory+swap limit 5099 < usage 5100',
    );
  });
});

describe('cpu', () => {
  // What runc's ConvertCPUSharesToCgroupV2Value gives.
  test.each([
    [0, 1],
    [2, 1],
    [100, 17],
    [1024, 100],
    [2048, 174],
    [262_144, 10_000],
    [2n ** 40n, 10_000],
  ])('%s shares are a weight of %i', (shares, weight) => {
    expect(weightOfShares(shares)).toBe(weight);
  });

  test.each([
    [{ quota: 5000 }, ['cpu.max 5000 100000']],
    [{ period: 50000 }, ['cpu.max max 50000']],
    [{ quota: -1, period: 50000 }, ['cpu.max max 50000']],
    [{ quota: 5000, period: 10000, burst: 20 }, ['cpu.max 5000 10000', 'cpu.max.burst 20']],
    [{ shares: 1024, idle: 0 }, ['cpu.idle 0', 'cpu.weight 100']],
    [{ shares: 1024, idle: 1 }, ['cpu.idle 1']],
    [{ cpus: '0-3', mems: '0' }, ['cpuset.cpus 0-3', 'cpuset.mems 0']],
  ] as const)('%o', (cpu, expected) => {
    expect(written({ cpu })).toEqual(expected);
  });

  test('a smaller burst comes before a smaller quota', () => {
    expect(written({ cpu: { quota: 5000, burst: 20 } }, { 'cpu.max.burst': '90' })).toEqual([
      ...['cpu.max.burst 20', 'cpu.max 5000 100000'],
    ]);
  });

  test('realtime is refused', () => {
    expect(refusal({ cpu: { realtimeRuntime: 5 } }).message).toBe(
      'cgroup v2 has nothing for cpu.realtimeRuntime',
    );
  });
});

test('block devices: weights of bfq, or else in the scale of version 2', () => {
  const device = { major: 8, minor: 0 };
  const blockIO = {
    ...{ weight: 750, weightDevice: [{ ...device, weight: 10 }] },
    throttleReadBpsDevice: [{ ...device, rate: 1 }],
    throttleWriteBpsDevice: [{ ...device, rate: 0 }],
    throttleReadIOPSDevice: [{ ...device, rate: 3 }],
    throttleWriteIOPSDevice: [{ ...device, rate: 4 }],
  };
  expect(written({ blockIO })).toEqual([
    'io.bfq.weight 750 | io.weight 7475',
    'io.bfq.weight 8:0 10 | io.weight 8:0 1',
    ...['io.max 8:0 rbps=1', 'io.max 8:0 wbps=max', 'io.max 8:0 riops=3', 'io.max 8:0 wiops=4'],
  ]);
});

test('processes, huge pages, RDMA', () => {
  expect(
    written({
      pids: { limit: 0 },
      hugepageLimits: [{ pageSize: '2MB', limit: 9 }],
      rdma: { mlx5_0: { hcaObjects: 3 } },
    }),
  ).toEqual([
    'pids.max 0 (late)',
    'hugetlb.2MB.rsvd.max 9 (may be missing)',
    'hugetlb.2MB.max 9',
    'rdma.max mlx5_0 hca_object=3',
  ]);
});

describe('unified', () => {
  test('is written as it is, line by line, and has the last word', () => {
    const io = { 'io.max': '8:0 rbps=1\n8:16 wbps=2\n', 'memory.max': '5', 'cgroup.max.depth': '' };
    expect(written({ memory: { limit: 9 }, unified: io })).toEqual([
      ...['memory.max 9', 'io.max 8:0 rbps=1', 'io.max 8:16 wbps=2', 'memory.max 5', 'cgroup.max.depth '],
    ]);
    expect(written({ pids: { limit: 9 }, unified: { 'pids.max': '5' } })).toEqual([
      ...['pids.max 9 (late)', 'pids.max 5 (late)'],
    ]);
  });

  test.each([
    ['io.max', '8:0 rbps=1', '8:16 wbps=max', ['8:0 rbps=max wbps=max riops=max wiops=max']],
    ['io.max', '8:0 rbps=1', '8:0 wbps=9\n8:16 wbps=max', ['8:0 wbps=9']],
    ['rdma.max', 'mlx5_0 hca_object=3', '', ['mlx5_0 hca_handle=max hca_object=max']],
    ['misc.max', 'sev 3', 'sev max', ['sev max']],
  ])('%s: what undoes a line', (file, text, before, expected) => {
    const [write] = limitsOn(unified, { unified: { [file]: text } }).writes;
    expect(write?.restore?.(before)).toEqual(expected);
  });

  test('names the controller that is missing', () => {
    expect(refusal({ unified: { 'perf_event.x': '1' } })).toMatchObject({
      message: `unified resource "perf_event.x" can't be set: controller "perf_event" not available`,
      details: { pointer: '/linux/resources/unified/perf_event.x', hint: expect.stringContaining('memory') },
    });
  });
});

test('network classes are refused', () => {
  expect(refusal({ network: { classID: 1 } }).message).toBe('cgroup v2 has nothing for network.classID');
  expect(written({ network: { classID: 0, priorities: [] } })).toEqual([]);
});

const own = '/sys/fs/cgroup/user.slice';
const all = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'];

describe('controllers are handed down', () => {
  test('all of them, and those that limits need have to be', () => {
    const { handDown } = limitsOn(unified, {
      memory: { limit: 9 },
      hugepageLimits: [{ pageSize: '2MB', limit: 9 }],
    });
    expect(handDown).toEqual([
      {
        directory: '/sys/fs/cgroup',
        controllers: ['cpuset', 'hugetlb', 'rdma', 'misc'],
        needed: ['hugetlb'],
      },
      { directory: own, controllers: all, needed: ['memory', 'hugetlb'] },
      { directory: `${own}/user-1000.slice`, controllers: all, needed: ['memory', 'hugetlb'] },
    ]);
  });

  test('without limits too, for statistics', () => {
    const { handDown, writes } = limitsOn(unified, {});
    expect(writes).toEqual([]);
    expect(handDown.map(({ needed }) => needed)).toEqual([[], [], []]);
  });

  test('by an ordinary user from what is theirs, as far as it comes to there', () => {
    const refused = ['/sys/fs/cgroup', own].map((path) => `${path}/cgroup.subtree_control`);
    expect(limitsOn(unified, {}, {}, refused).handDown).toEqual([]);
    expect(limitsOn(unified, {}, {}, refused.slice(0, 1)).handDown).toEqual([
      { directory: own, controllers: ['cpu', 'io', 'memory', 'pids'], needed: [] },
      {
        directory: `${own}/user-1000.slice`,
        controllers: ['cpu', 'io', 'memory', 'pids'],
        needed: [],
      },
    ]);
  });

  test('what is not delegated is named, all of it, with what to write where', () => {
    const refused = ['/sys/fs/cgroup/cgroup.subtree_control'];
    const asked = {
      ...{ memory: { limit: 9 }, cpu: { cpus: '0' } },
      hugepageLimits: [{ pageSize: '2MB', limit: 9 }],
    };
    expect(refusal(asked, {}, refused)).toMatchObject({
      message:
        'cannot set the set of CPUs: the limits need cgroup controllers that are not delegated to the user: ' +
        'cpuset, hugetlb (delegated: cpu, io, memory, pids)',
      details: {
        pointer: '/linux/resources/cpu/cpus',
        hint: expect.stringContaining('and not hugetlb: run tsrun as root'),
      },
    });
    expect(refusal({ cpu: { cpus: '0' } }, {}, refused).details.hint).toContain(
      '"Delegate=cpu cpuset io memory pids" into /etc/systemd/system/user@.service.d/',
    );
    expect(refusal({ unified: { 'cpuset.cpus': '0' } }, {}, refused)).toMatchObject({
      message: 'unified resource "cpuset.cpus" can\'t be set: controller "cpuset" not available',
      details: { hint: expect.stringContaining('Delegate=cpu cpuset io memory pids') },
    });
  });

  test('without a directory of their own, an ordinary user gets no limits', () => {
    const asked = { memory: { limit: 9 }, pids: { limit: 9 } };
    expect(refusal(asked, {}, [`${own}/user-1000.slice`])).toMatchObject({
      message:
        'cannot set the memory limit: no permission for the cgroup controllers that the limits need (memory, pids)',
      details: { hint: expect.stringContaining('systemd-run --user --scope -p Delegate=yes') },
    });
  });
});

describe('before anything is done, what cannot be is refused', () => {
  const rate = { rate: 1 };
  test.each([
    [{ cpu: { cpus: '4-6' } }, 'cannot set the set of CPUs to "4-6": there are 0-5 only', '/cpu/cpus'],
    [
      { blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 99, ...rate }] } },
      'the block device 8:99 is not there',
      '/blockIO/throttleReadBpsDevice/0',
    ],
    [
      { blockIO: { weightDevice: [{ major: 8, minor: 1, weight: 10 }] } },
      'the block device 8:1 is a partition',
      '/blockIO/weightDevice/0',
    ],
    [
      { hugepageLimits: [{ pageSize: '1GB', limit: 0 }] },
      'the kernel has no huge pages of 1GB',
      '/hugepageLimits/0/pageSize',
    ],
  ])('%o', (resources, message, pointer) => {
    expect(refusal(resources)).toMatchObject({ message, details: { pointer: `/linux/resources${pointer}` } });
  });

  test('what only the kernel understands is left to it', () => {
    expect(written({ cpu: { cpus: '0-99999999999' } })).toEqual(['cpuset.cpus 0-99999999999']);
    expect(written({ cpu: { cpus: '0,2-5', mems: '7' } })).toEqual(['cpuset.cpus 0,2-5', 'cpuset.mems 7']);
  });
});
