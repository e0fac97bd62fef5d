/** CPU time, of version 2's cpu controller; some is counted without it. */
import { type Amount, nonZero, pressure, type Read, table } from '../stats/stats.ts';

export function cpuStats(read: Read): object {
  const stat = table(read('cpu.stat'));
  const nanoseconds = (name: string): Amount => Number(stat.get(name) ?? 0) * 1000;
  return {
    usage: {
      ...nonZero({ total: nanoseconds('usage_usec') }),
      kernel: nanoseconds('system_usec'),
      user: nanoseconds('user_usec'),
    },
    throttling: nonZero({
      periods: stat.get('nr_periods') ?? 0,
      throttledPeriods: stat.get('nr_throttled') ?? 0,
      throttledTime: nanoseconds('throttled_usec'),
    }),
    ...pressure(read('cpu.pressure')),
  };
}
