/** What the controllers of version 2 have counted: kernel, admin-guide/cgroup-v2.rst. In the terms of version 1. */
import { readOrEmpty } from '../file-text.ts';
import type { CgroupDirectory } from '../paths.ts';
import { type CgroupStats, nonZero, numbersOf, type Read } from '../stats/stats.ts';
import { pidsStats } from '../v1/pids-stats.ts';
import { cpuStats } from './cpu-stats.ts';
import { hugetlbStats } from './hugetlb-stats.ts';
import { ioStats } from './io-stats.ts';
import { memoryStats } from './memory-stats.ts';

export function statsOfVersion2(
  directories: readonly CgroupDirectory[],
  pageSizes: readonly string[],
): CgroupStats {
  const path = directories.find(({ version }) => version === 2)?.path ?? '';
  const read: Read = (file) => readOrEmpty(`${path}/${file}`);
  return {
    cpu: cpuStats(read),
    cpuset: cpusetStats(read),
    memory: memoryStats(read),
    pids: read('pids.current') === '' ? { current: lines(read('cgroup.procs')) } : pidsStats(read),
    blkio: ioStats(read),
    hugetlb: hugetlbStats(read, pageSizes),
  };
}

/** Version 2 has none of the flags, which runc prints all the same. */
function cpusetStats(read: Read): object {
  return {
    ...nonZero({ cpus: numbersOf(read('cpuset.cpus.effective')) }),
    cpu_exclusive: 0,
    ...nonZero({ mems: numbersOf(read('cpuset.mems.effective')) }),
    ...{ mem_hardwall: 0, mem_exclusive: 0, memory_migrate: 0, memory_spread_page: 0, memory_spread_slab: 0 },
    ...{ memory_pressure: 0, sched_load_balance: 0, sched_relax_domain_level: 0 },
  };
}

function lines(text: string): number {
  return text === '' ? 0 : text.split('\n').length;
}
