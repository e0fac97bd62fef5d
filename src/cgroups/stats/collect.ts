/** The statistics of a container, from whichever version of cgroups it has. */
import { subdirectoriesSync } from '../../kernel/file-system.ts';
import type { CgroupDirectory } from '../paths.ts';
import { statsOfVersion1 } from '../v1/stats.ts';
import { statsOfVersion2 } from '../v2/stats.ts';
import type { CgroupStats } from './stats.ts';

export function collectStats(directories: readonly CgroupDirectory[]): CgroupStats {
  const isVersion1 = directories.some(({ version }) => version === 1);
  return (isVersion1 ? statsOfVersion1 : statsOfVersion2)(directories, hugePageSizes());
}

/** `hugepages-2048kB` → `2MB`, as the kernel's files are called. */
function hugePageSizes(): string[] {
  try {
    return subdirectoriesSync('/sys/kernel/mm/hugepages').flatMap((name) => {
      const kilobytes = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0);
      return kilobytes === 0 ? [] : [sizeName(kilobytes)];
    });
  } catch {
    return [];
  }
}

function sizeName(kilobytes: number): string {
  if (kilobytes >= 1 << 20) return `${kilobytes >> 20}GB`;
  return kilobytes >= 1 << 10 ? `${kilobytes >> 10}MB` : `${kilobytes}KB`;
}
