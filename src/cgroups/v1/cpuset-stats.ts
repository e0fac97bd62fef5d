/** The CPUs and memory nodes of version 1's cpuset controller, cpuset(7). */
import { nonZero, numbersOf, type Read } from '../stats/stats.ts';

export function cpusetStats(read: Read): object {
  const number = (name: string) => Number(read(`cpuset.${name}`) || 0);
  return {
    ...nonZero({ cpus: numbersOf(read('cpuset.cpus')) }),
    cpu_exclusive: number('cpu_exclusive'),
    ...nonZero({ mems: numbersOf(read('cpuset.mems')) }),
    mem_hardwall: number('mem_hardwall'),
    mem_exclusive: number('mem_exclusive'),
    memory_migrate: number('memory_migrate'),
    memory_spread_page: number('memory_spread_page'),
    memory_spread_slab: number('memory_spread_slab'),
    memory_pressure: number('memory_pressure'),
    sched_load_balance: number('sched_load_balance'),
    sched_relax_domain_level: number('sched_relax_domain_level'),
  };
}
