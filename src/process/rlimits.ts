/** `process.rlimits`, setrlimit(2). */
import type { Call } from '../kernel/call.ts';
import { prlimit64 } from '../kernel/calls/process.ts';
import type { Rlimit } from '../spec/types.ts';

/** include/uapi/asm-generic/resource.h; the same on x86-64 and aarch64. */
const resources: Readonly<Record<string, number>> = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
};

/** A limit on what the setting process itself still has to do comes last. */
const LAST = new Set(['RLIMIT_FSIZE', 'RLIMIT_NOFILE', 'RLIMIT_AS', 'RLIMIT_DATA', 'RLIMIT_CPU']);

export interface ResourceLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/**
 * @param pid 0 for the executing process
 * @param callerNofile the caller's own limit, which the engine has raised for itself
 */
export function rlimitCalls(
  pid: number,
  rlimits: readonly Rlimit[],
  callerNofile: ResourceLimit | undefined,
): readonly { readonly index: number | undefined; readonly call: Call }[] {
  const asked = rlimits.map(({ type, soft, hard }, index) => ({
    index,
    type: type as string,
    call: prlimit64(pid, resources[type] ?? -1, BigInt(soft), BigInt(hard)),
  }));
  const restored =
    callerNofile && !rlimits.some(({ type }) => type === 'RLIMIT_NOFILE')
      ? [
          {
            index: undefined,
            type: 'RLIMIT_NOFILE',
            call: prlimit64(pid, 7, callerNofile.soft, callerNofile.hard),
          },
        ]
      : [];
  const all = [...asked, ...restored];
  return [...all.filter(({ type }) => !LAST.has(type)), ...all.filter(({ type }) => LAST.has(type))];
}
