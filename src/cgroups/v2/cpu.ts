/** The cpu controller of cgroup v2: kernel, admin-guide/cgroup-v2.rst. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, type Current, isSet, type LimitWrite } from '../limit.ts';
import { weightOfShares } from './cpu-weight.ts';

type Cpu = NonNullable<Resources['cpu']>;

/** The kernel's, in microseconds. */
const USUAL_PERIOD = 100_000;

export const cpuLimits: ControllerLimits = ({ cpu }, current) => {
  if (!cpu) return [];
  refuseVersion1(cpu);
  const { shares, idle } = cpu;
  return [
    ...(idle === undefined ? [] : [write('cpu.idle', idle, 'idle', 'idle scheduling')]),
    // The weight of an idle group cannot be set.
    ...(isSet(shares) && !isSet(idle)
      ? [write('cpu.weight', weightOfShares(shares), 'shares', 'CPU weight')]
      : []),
    ...bandwidth(cpu, current),
  ];
};

/** A burst must not be above the quota, not even between two writes. */
function bandwidth({ quota, period, burst }: Cpu, current: Current): LimitWrite[] {
  const max =
    isSet(quota) || isSet(period)
      ? [write('cpu.max', quotaAndPeriod(quota, period), isSet(quota) ? 'quota' : 'period', 'CPU quota')]
      : [];
  if (burst === undefined) return max;
  const own = write('cpu.max.burst', burst, 'burst', 'CPU burst');
  const shrinks = Number(burst) < Number(current('cpu.max.burst') ?? 0);
  return shrinks ? [own, ...max] : [...max, own];
}

function quotaAndPeriod(quota: Cpu['quota'], period: Cpu['period']): string {
  const max = isSet(quota) && Number(quota) > 0 ? `${quota}` : 'max';
  return `${max} ${isSet(period) ? period : USUAL_PERIOD}`;
}

function refuseVersion1({ realtimeRuntime, realtimePeriod }: Cpu): void {
  const field = isSet(realtimeRuntime)
    ? 'realtimeRuntime'
    : isSet(realtimePeriod)
      ? 'realtimePeriod'
      : undefined;
  if (field === undefined) return;
  throw new RuntimeError('cgroup', `cgroup v2 has nothing for cpu.${field}`, {
    pointer: `/linux/resources/cpu/${field}`,
    hint: 'leave it out; process.scheduler gives a process a realtime policy',
  });
}

function write(file: string, value: number | bigint | string, field: keyof Cpu, limit: string): LimitWrite {
  return { controller: 'cpu', file, text: `${value}`, field: `/cpu/${field}`, limit };
}
