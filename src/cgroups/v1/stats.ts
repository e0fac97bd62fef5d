/** What the controllers of version 1 have counted. */
import { readOrEmpty } from '../file-text.ts';
import type { CgroupDirectory } from '../paths.ts';
import type { CgroupStats, Read } from '../stats/stats.ts';
import { blkioStats } from './blkio-stats.ts';
import { cpuStats } from './cpu-stats.ts';
import { cpusetStats } from './cpuset-stats.ts';
import { hugetlbStats } from './hugetlb-stats.ts';
import { memoryStats } from './memory-stats.ts';
import { pidsStats } from './pids-stats.ts';

export function statsOfVersion1(
  directories: readonly CgroupDirectory[],
  pageSizes: readonly string[],
): CgroupStats {
  const of = (controller: string): Read => {
    const own = directories.find(({ controllers }) => controllers.includes(controller));
    return (file) => (own ? readOrEmpty(`${own.path}/${file}`) : '');
  };
  return {
    cpu: cpuStats(of('cpu'), of('cpuacct')),
    cpuset: cpusetStats(of('cpuset')),
    memory: memoryStats(of('memory')),
    pids: pidsStats(of('pids')),
    blkio: blkioStats(of('blkio')),
    hugetlb: hugetlbStats(of('hugetlb'), pageSizes),
  };
}
