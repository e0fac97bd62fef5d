/** `process.rlimits`, setrlimit(2). */
import type { Call } from '../kernel/call.ts';
import { prlimit64 } from '../kernel/calls/process.ts';
import { resourceNames } from '../kernel/constants/resource.ts';
import type { Rlimit } from '../spec/types.ts';

const NOFILE = resourceNames.indexOf('RLIMIT_NOFILE');

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
    call: prlimit64(pid, resourceNames.indexOf(type), BigInt(soft), BigInt(hard)),
  }));
  const restored =
    callerNofile && !rlimits.some(({ type }) => type === 'RLIMIT_NOFILE')
      ? [
          {
            index: undefined,
            type: 'RLIMIT_NOFILE',
            call: prlimit64(pid, NOFILE, callerNofile.soft, callerNofile.hard),
          },
        ]
      : [];
  const all = [...asked, ...restored];
  return [...all.filter(({ type }) => !LAST.has(type)), ...all.filter(({ type }) => LAST.has(type))];
}
