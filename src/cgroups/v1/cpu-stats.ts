/** CPU time of version 1's cpu and cpuacct controllers: kernel, admin-guide/cgroup-v1/cpuacct.rst. */
import { type Amount, amount, nonZero, type Read, table } from '../stats/stats.ts';

/** A tick, USER_HZ, in nanoseconds. */
const TICK = 10_000_000;

export function cpuStats(cpu: Read, cpuacct: Read): object {
  const ticks = table(cpuacct('cpuacct.stat'));
  const throttled = table(cpu('cpu.stat'));
  // A heading, then: the CPU, user, system.
  const all = cpuacct('cpuacct.usage_all').split('\n').slice(1);
  const column = (index: number): Amount[] => all.map((line) => amount(line.split(' ')[index] ?? '0'));
  return {
    usage: {
      ...nonZero({
        total: amount(cpuacct('cpuacct.usage') || '0'),
        percpu: list(cpuacct('cpuacct.usage_percpu')),
        percpu_kernel: column(2),
        percpu_user: column(1),
      }),
      kernel: Number(ticks.get('system') ?? 0) * TICK,
      user: Number(ticks.get('user') ?? 0) * TICK,
    },
    throttling: nonZero({
      periods: throttled.get('nr_periods') ?? 0,
      throttledPeriods: throttled.get('nr_throttled') ?? 0,
      throttledTime: throttled.get('throttled_time') ?? 0,
    }),
  };
}

function list(text: string): Amount[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(amount);
}
