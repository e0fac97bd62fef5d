/** Memory of version 1's memory controller: kernel, admin-guide/cgroup-v1/memory.rst. */
import { amount, byName, nonZero, type Read, table, type Usage } from '../stats/stats.ts';

export function memoryStats(read: Read): object {
  const raw = table(read('memory.stat'));
  return {
    ...nonZero({ cache: raw.get('cache') ?? 0 }),
    usage: usage(read, 'memory'),
    swap: usage(read, 'memory.memsw'),
    kernel: usage(read, 'memory.kmem'),
    kernelTCP: usage(read, 'memory.kmem.tcp'),
    ...(raw.size > 0 ? { raw: byName(raw) } : {}),
  };
}

function usage(read: Read, name: string): Usage {
  const value = (file: string) => amount(read(`${name}.${file}`) || '0');
  return {
    limit: value('limit_in_bytes'),
    ...nonZero({ usage: value('usage_in_bytes'), max: value('max_usage_in_bytes') }),
    failcnt: value('failcnt'),
  };
}
