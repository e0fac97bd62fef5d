/** The cpu controller of cgroup v1: kernel, scheduler/sched-bwc.rst and scheduler/sched-rt-group.rst. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, type Current, isSet, type LimitWrite } from '../limit.ts';

type Cpu = NonNullable<Resources['cpu']>;

const SMALLEST_SHARE = 2;
const LARGEST_SHARE = 262_144;

const QUOTA = 'cpu.cfs_quota_us';
const PERIOD = 'cpu.cfs_period_us';

export const cpuLimits: ControllerLimits = ({ cpu }, current) => {
  if (!cpu) return [];
  const { shares, idle } = cpu;
  return [
    ...(isSet(shares) ? [write('cpu.shares', checkedShares(shares), 'shares', 'CPU shares')] : []),
    ...bandwidth(cpu, current),
    ...(idle === undefined ? [] : [write('cpu.idle', idle, 'idle', 'idle scheduling')]),
    ...realtime(cpu, current),
  ];
};

/** The runtime has to fit into the period, between two writes as well; at the beginning it is 0. */
function realtime({ realtimeRuntime, realtimePeriod }: Cpu, current: Current): LimitWrite[] {
  const runtime = isSet(realtimeRuntime)
    ? [write('cpu.rt_runtime_us', realtimeRuntime, 'realtimeRuntime', 'realtime runtime')]
    : [];
  const period = isSet(realtimePeriod)
    ? [write('cpu.rt_period_us', realtimePeriod, 'realtimePeriod', 'realtime period')]
    : [];
  const shrinks = period.length > 0 && Number(realtimePeriod) < Number(current('cpu.rt_period_us') ?? 0);
  return shrinks ? [...runtime, ...period] : [...period, ...runtime];
}

/** The kernel would take the nearest value it has, without a word. */
function checkedShares(shares: number | bigint): number | bigint {
  const excess = shares > LARGEST_SHARE;
  if (!excess && shares >= SMALLEST_SHARE) return shares;
  const [word, value] = excess ? ['maximum', LARGEST_SHARE] : ['minimum', SMALLEST_SHARE];
  throw new RuntimeError(
    'config',
    `the ${word} allowed cpu-shares is ${value}, and ${shares} are asked for`,
    {
      pointer: '/linux/resources/cpu/shares',
      hint: `write a number from ${SMALLEST_SHARE} to ${LARGEST_SHARE}; 1024 is the usual one`,
    },
  );
}

/**
 * A quota larger than the parent's, in proportion to the period, is refused, and a burst above the quota: not even
 * between two writes may there be one. So what makes the proportion smaller comes first.
 */
function bandwidth({ quota, period, burst }: Cpu, current: Current): LimitWrite[] {
  const q = isSet(quota) ? write(QUOTA, quota, 'quota', 'CPU quota') : undefined;
  const p = isSet(period) ? write(PERIOD, period, 'period', 'CPU period') : undefined;
  const b = burst === undefined ? undefined : write('cpu.cfs_burst_us', burst, 'burst', 'CPU burst');
  const shrinks = p !== undefined && Number(p.text) < Number(current(PERIOD) ?? 0);
  // Without a quota any burst is refused that one would be too small for; at the beginning there is none.
  const burstFirst = b !== undefined && Number(b.text) < Number(current('cpu.cfs_burst_us') ?? 0);
  return [burstFirst ? b : undefined, ...(shrinks ? [q, p] : [p, q]), burstFirst ? undefined : b].filter(
    (one) => one !== undefined,
  );
}

function write(file: string, value: number | bigint, field: keyof Cpu, limit: string): LimitWrite {
  return { controller: 'cpu', file, text: `${value}`, field: `/cpu/${field}`, limit };
}
