/** The memory controller of cgroup v2: kernel, admin-guide/cgroup-v2.rst. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, type Current, isSet, type LimitWrite, orMax } from '../limit.ts';

type Memory = NonNullable<Resources['memory']>;

export const memoryLimits: ControllerLimits = ({ memory }, current) => {
  if (!memory) return [];
  refuseVersion1(memory);
  const { limit, reservation } = memory;
  checkUsage(memory, current);
  const swap = swapMax(memory);
  return [
    ...(swap === undefined
      ? []
      : [
          {
            ...write('memory.swap.max', swap, 'swap', 'limit of swap'),
            // A kernel without swap has no such file, and no swap.
            ...(swap === 'max' || swap === '0' ? ({ mayBeMissing: true } as const) : {}),
          },
        ]),
    ...(isSet(limit) ? [write('memory.max', orMax(limit), 'limit', 'memory limit')] : []),
    ...(isSet(reservation)
      ? [write('memory.low', orMax(reservation), 'reservation', 'memory reservation')]
      : []),
  ];
};

/** The specification counts memory and swap together, version 2 swap alone. */
function swapMax({ limit, swap }: Memory): string | undefined {
  if (!isSet(swap)) return isSet(limit) && Number(limit) < 0 ? 'max' : undefined;
  if (Number(swap) < 0) return 'max';
  if (isSet(limit)) return Number(limit) < 0 ? `${swap}` : `${BigInt(swap) - BigInt(limit)}`;
  throw new RuntimeError('config', 'unable to set swap limit without memory limit', {
    pointer: '/linux/resources/memory/swap',
    hint: 'version 2 of cgroups counts swap alone: what is left of memory + swap is known with a memory limit only',
  });
}

/** checkBeforeUpdate: the kernel would rather kill than refuse a limit that is too low. */
function checkUsage({ checkBeforeUpdate, limit, swap }: Memory, current: Current): void {
  if (!checkBeforeUpdate) return;
  const usage = BigInt(current('memory.current') ?? 0);
  const swapUsage = BigInt(current('memory.swap.current') ?? 0);
  refuseBelow(limit, usage, 'memory limit', 'limit');
  refuseBelow(swap, usage + swapUsage, 'memory+swap limit', 'swap');
}

function refuseBelow(limit: number | bigint | undefined, usage: bigint, name: string, field: string): void {
  if (!isSet(limit) || Number(limit) < 0 || BigInt(limit) >= usage) return;
  throw new RuntimeError('cgroup', `rejecting ${name} ${limit} < usage ${usage}`, {
    pointer: `/linux/resources/memory/${field}`,
    hint: 'checkBeforeUpdate asks for this check: without it the kernel reclaims what it can, and kills',
  });
}

function refuseVersion1({ swappiness, disableOOMKiller }: Memory): void {
  const field = swappiness === undefined ? (disableOOMKiller ? 'disableOOMKiller' : undefined) : 'swappiness';
  if (field === undefined) return;
  throw new RuntimeError('cgroup', `cgroup v2 has nothing for memory.${field}`, {
    pointer: `/linux/resources/memory/${field}`,
    hint:
      field === 'swappiness'
        ? 'leave it out; memory.swap.max, in linux.resources.unified, limits swap'
        : 'leave it out; process.oomScoreAdj protects a process',
  });
}

function write(file: string, text: string, field: keyof Memory, limit: string): LimitWrite {
  return { controller: 'memory', file, text, field: `/memory/${field}`, limit };
}
