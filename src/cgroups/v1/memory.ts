/** The memory controller of cgroup v1: kernel, admin-guide/cgroup-v1/memory.rst. */
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, type Current, isSet, type LimitWrite } from '../limit.ts';

const LIMIT = 'memory.limit_in_bytes';
const SWAP = 'memory.memsw.limit_in_bytes';

export const memoryLimits: ControllerLimits = ({ memory }, current) => {
  if (!memory) return [];
  const { reservation, swappiness, disableOOMKiller, useHierarchy } = memory;
  return [
    // Has to come before there are limits, and is on in any case since 5.11.
    ...(useHierarchy
      ? [
          write('memory.use_hierarchy', '1', 'useHierarchy', 'hierarchical accounting of memory', {
            mayBeMissing: true,
          }),
        ]
      : []),
    ...limitAndSwap(memory, current),
    ...(isSet(reservation)
      ? [write('memory.soft_limit_in_bytes', reservation, 'reservation', 'memory reservation')]
      : []),
    ...(disableOOMKiller === undefined || (!disableOOMKiller && current('memory.oom_control') === undefined)
      ? []
      : [oomKiller(disableOOMKiller)]),
    ...(swappiness === undefined ? [] : [write('memory.swappiness', swappiness, 'swappiness', 'swappiness')]),
  ];
};

type Memory = NonNullable<Resources['memory']>;

/** memory+swap may never be below memory, not even between two writes. */
function limitAndSwap({ limit, swap }: Memory, current: Current): LimitWrite[] {
  const unlimited = isSet(limit) && Number(limit) < 0;
  const memory = isSet(limit) ? [write(LIMIT, limit, 'limit', 'memory limit')] : [];
  const both = isSet(swap)
    ? [write(SWAP, swap, 'swap', 'limit of memory and swap')]
    : // No limit on memory means none on both; there is no such file without swap accounting.
      unlimited
      ? [write(SWAP, -1, 'limit', 'limit of memory and swap', { mayBeMissing: true })]
      : [];
  if (memory.length === 0 || both.length === 0) return [...memory, ...both];
  const before = current(LIMIT);
  const grows = !isSet(swap) || Number(swap) < 0 || (before !== undefined && BigInt(before) < BigInt(swap));
  return grows ? [...both, ...memory] : [...memory, ...both];
}

/** Without it, a limit that is too low for the container's mounts would not end it but make it wait for ever. */
function oomKiller(disabled: boolean): LimitWrite {
  return {
    ...write('memory.oom_control', disabled ? '1' : '0', 'disableOOMKiller', 'OOM killer'),
    late: 'mounted',
    restore: (before) => [/oom_kill_disable (\d)/.exec(before)?.[1] ?? '0'],
  };
}

function write(
  file: string,
  value: number | bigint | string,
  field: keyof Memory,
  limit: string,
  extra: Pick<LimitWrite, 'mayBeMissing'> = {},
): LimitWrite {
  return { controller: 'memory', file, text: `${value}`, field: `/memory/${field}`, limit, ...extra };
}
