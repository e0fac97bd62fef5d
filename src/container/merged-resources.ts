/** What `update` is asked for, put together with what the container has: pure. */
import { zeroPidsIsNoLimit } from '../spec/pids-limit.ts';
import type { Config, Resources } from '../spec/types.ts';

/** Of these fields zero and the empty string are "leave it": engines write them for what nobody asked for. */
const nothing: Readonly<Record<string, readonly string[]>> = {
  memory: ['limit', 'reservation', 'swap', 'kernel', 'kernelTCP'],
  cpu: ['shares', 'quota', 'period', 'realtimeRuntime', 'realtimePeriod', 'cpus', 'mems'],
  blockIO: ['weight', 'leafWeight'],
  network: ['classID'],
};

export interface Merged {
  /** To be written, device rules aside: what is asked for, and the fields that are one with them for the kernel. */
  readonly changed: Resources;
  /** All of the container's, from now on. */
  readonly all: Resources;
}

/** @param asked by `update` @param config the container's */
export function mergeResources(
  asked: Resources,
  { ociVersion, linux }: Pick<Config, 'ociVersion' | 'linux'>,
): Merged {
  const before = linux?.resources ?? {};
  // They have their own way. An empty list asks for nothing: it would be what many an engine writes then.
  const { devices = [], ...others } = asked;
  const given = withoutNothing(
    others,
    zeroPidsIsNoLimit(ociVersion) ? { ...nothing, pids: ['limit'] } : nothing,
  );
  const changed: Resources = {
    ...given,
    ...(given.cpu ? { cpu: withBandwidth(given.cpu, before.cpu) } : {}),
    ...(given.memory ? { memory: withSwap(given.memory, before.memory) } : {}),
  };
  const rules = devices.length > 0 ? { devices } : {};
  return { changed, all: { ...before, ...mergeSections(before, changed), ...rules } };
}

function withoutNothing(resources: Resources, nothings: typeof nothing): Resources {
  const sections = Object.entries(resources).map(([name, section]) => {
    const names = nothings[name];
    if (!names) return [name, section] as const;
    const fields = Object.entries(section as object);
    return [
      name,
      Object.fromEntries(fields.filter(([field, value]) => !isNothing(names, field, value))),
    ] as const;
  });
  return Object.fromEntries(sections);
}

function isNothing(names: readonly string[], field: string, value: unknown): boolean {
  return names.includes(field) && (value === '' || value === 0 || value === 0n);
}

type Cpu = NonNullable<Resources['cpu']>;
type Memory = NonNullable<Resources['memory']>;

/** Version 2 has one file for quota and period. */
function withBandwidth(cpu: Cpu, before: Cpu = {}): Cpu {
  const { quota = before.quota, period = before.period } = cpu;
  if (cpu.quota === undefined && cpu.period === undefined) return cpu;
  return {
    ...cpu,
    ...(quota === undefined ? {} : { quota }),
    ...(period === undefined ? {} : { period }),
  };
}

/** Swap counts memory, too: it cannot be looked at alone. */
function withSwap(memory: Memory, before: Memory = {}): Memory {
  if (memory.limit === undefined && memory.swap === undefined) return memory;
  const { limit = before.limit } = memory;
  // No limit on memory lifts the one on both.
  const swap = memory.swap ?? (Number(memory.limit) < 0 ? undefined : before.swap);
  return { ...memory, ...(limit === undefined ? {} : { limit }), ...(swap === undefined ? {} : { swap }) };
}

function mergeSections(before: Resources, changed: Resources): Resources {
  const sections = Object.entries(changed).map(([name, section]) => {
    const old = (before as Readonly<Record<string, unknown>>)[name];
    if (Array.isArray(section) || typeof section !== 'object') return [name, section];
    const merged: object = { ...(old as object | undefined), ...section };
    return [name, name === 'memory' ? withoutLiftedSwap(merged, section as Memory) : merged];
  });
  return Object.fromEntries(sections);
}

function withoutLiftedSwap(merged: Memory, { limit, swap }: Memory): Memory {
  if (limit === undefined || Number(limit) >= 0 || swap !== undefined) return merged;
  const { swap: _, ...rest } = merged;
  return rest;
}
