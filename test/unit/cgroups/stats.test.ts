/** Statistics over trees of files as the kernel writes them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CgroupDirectory } from '../../../src/cgroups/paths.ts';
import { statsOfVersion1 } from '../../../src/cgroups/v1/stats.ts';
import { statsOfVersion2 } from '../../../src/cgroups/v2/stats.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function tree(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(base, name), `${content}\n`);
}

const MAX = '9223372036854771712';

describe('version 1', () => {
  const directories = (): CgroupDirectory[] => [
    { version: 1, controllers: ['cpu', 'cpuacct'], path: base },
    { version: 1, controllers: ['memory'], path: base },
    { version: 1, controllers: ['cpuset', 'pids', 'blkio', 'hugetlb'], path: base },
    { version: 2, controllers: [], path: join(base, 'unified') },
  ];

  test('every controller, in the terms of runc', () => {
    mkdirSync(join(base, 'unified'));
    tree({
      'cpuacct.usage': '12215408',
      'cpuacct.usage_percpu': '8647514 3567894 ',
      'cpuacct.usage_all': 'cpu user system\n0 7 8000000\n1 4000000 9',
      'cpuacct.stat': 'user 3\nsystem 5',
      'cpu.stat': 'nr_periods 7\nnr_throttled 2\nthrottled_time 99\nwait_sum 1',
      'cpuset.cpus': '0-1,3',
      'cpuset.mems': '0',
      'cpuset.sched_load_balance': '1',
      'cpuset.sched_relax_domain_level': '-1',
      'memory.stat': 'rss 5\ncache 294912',
      'memory.usage_in_bytes': '1077248',
      'memory.max_usage_in_bytes': '2232320',
      'memory.limit_in_bytes': MAX,
      'memory.failcnt': '3',
      'pids.current': '2',
      'pids.max': 'max',
      'blkio.bfq.io_serviced_recursive': 'Total 0',
      'blkio.throttle.io_serviced_recursive': '254:0 Read 48\n254:0 Total 48\nTotal 48',
      'blkio.throttle.io_service_bytes_recursive': '254:0 Read 4096\nTotal 4096',
      'hugetlb.2MB.usage_in_bytes': '0',
      'hugetlb.2MB.max_usage_in_bytes': '2097152',
      'hugetlb.2MB.failcnt': '1',
    });
    const none = { limit: 0, failcnt: 0 };
    expect(statsOfVersion1(directories(), ['2MB', '1GB'])).toEqual({
      cpu: {
        usage: {
          total: 12215408,
          percpu: [8647514, 3567894],
          percpu_kernel: [8000000, 9],
          percpu_user: [7, 4000000],
          ...{ kernel: 50_000_000, user: 30_000_000 },
        },
        throttling: { periods: 7, throttledPeriods: 2, throttledTime: 99 },
      },
      cpuset: {
        ...{ cpus: [0, 1, 3], cpu_exclusive: 0, mems: [0], mem_hardwall: 0, mem_exclusive: 0 },
        ...{ memory_migrate: 0, memory_spread_page: 0, memory_spread_slab: 0, memory_pressure: 0 },
        ...{ sched_load_balance: 1, sched_relax_domain_level: -1 },
      },
      memory: {
        cache: 294912,
        usage: { limit: BigInt(MAX), usage: 1077248, max: 2232320, failcnt: 3 },
        ...{ swap: none, kernel: none, kernelTCP: none },
        raw: { cache: 294912, rss: 5 },
      },
      pids: { current: 2 },
      blkio: {
        ioServiceBytesRecursive: [{ major: 254, op: 'Read', value: 4096 }],
        ioServicedRecursive: [
          { major: 254, op: 'Read', value: 48 },
          { major: 254, op: 'Total', value: 48 },
        ],
      },
      hugetlb: { '2MB': { max: 2097152, failcnt: 1 } },
    });
  });
});

describe('version 2', () => {
  const directories = (): CgroupDirectory[] => [{ version: 2, controllers: [], path: base }];

  test('every controller, in the terms of version 1', () => {
    const psi = (name: string) => `${name} avg10=1.50 avg60=0.25 avg300=0.00 total=12345`;
    tree({
      'cpu.stat': 'usage_usec 9\nuser_usec 4\nsystem_usec 5\nnr_periods 3\nnr_throttled 2\nthrottled_usec 1',
      'cpu.pressure': [psi('some'), psi('full')].join('\n'),
      'cpuset.cpus.effective': '0-1',
      'cpuset.mems.effective': '0',
      'memory.stat': 'anon 5\nfile 70',
      'memory.current': '100',
      'memory.peak': '200',
      'memory.max': '1000',
      'memory.events': 'low 0\nhigh 0\nmax 4\noom 1\noom_kill 1',
      'memory.swap.current': '10',
      'memory.swap.max': '50',
      'pids.current': '3',
      'pids.max': '9',
      'io.stat': '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n8:16 rbytes=5',
      'hugetlb.2MB.current': '4',
      'hugetlb.2MB.events': 'max 6',
    });
    const line = { avg10: 1.5, avg60: 0.25, avg300: 0, total: 12345 };
    expect(statsOfVersion2(directories(), ['2MB'])).toMatchObject({
      cpu: {
        usage: { total: 9000, kernel: 5000, user: 4000 },
        throttling: { periods: 3, throttledPeriods: 2, throttledTime: 1000 },
        psi: { some: line, full: line },
      },
      cpuset: { cpus: [0, 1], mems: [0] },
      memory: {
        cache: 70,
        usage: { limit: 1000, usage: 100, max: 200, failcnt: 4 },
        swap: { limit: 1050, usage: 110, failcnt: 0 },
        raw: { anon: 5, file: 70 },
      },
      pids: { current: 3, limit: 9 },
      blkio: {
        ioServiceBytesRecursive: [
          { major: 8, op: 'Read', value: 1 },
          { major: 8, op: 'Write', value: 2 },
          { major: 8, minor: 16, op: 'Read', value: 5 },
        ],
        ioServicedRecursive: [
          { major: 8, op: 'Read', value: 3 },
          { major: 8, op: 'Write', value: 4 },
        ],
      },
      hugetlb: { '2MB': { usage: 4, failcnt: 6 } },
    });
  });

  test('no limit is the largest number, and without a controller processes are counted', () => {
    tree({
      'memory.max': 'max',
      'memory.swap.max': 'max',
      'memory.swap.current': '0',
      'cgroup.procs': '7\n8',
    });
    const { memory, pids } = statsOfVersion2(directories(), []);
    const largest = 2n ** 64n - 1n;
    expect(memory).toMatchObject({ usage: { limit: largest }, swap: { limit: largest } });
    expect(pids).toEqual({ current: 2 });
  });
});
