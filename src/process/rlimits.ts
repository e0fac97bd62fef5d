/** `process.rlimits`, setrlimit(2). */
import type { Call } from '../kernel/call.ts';
import { prlimit64 } from '../kernel/calls/process.ts';
import { resourceNames } from '../kernel/constants/resource.ts';
import type { Rlimit } from '../spec/types.ts';

/** A limit on what the setting process itself still has to do comes last. */
const LAST = new Set(['RLIMIT_FSIZE', 'RLIMIT_NOFILE', 'RLIMIT_AS', 'RLIMIT_DATA', 'RLIMIT_CPU']);

export interface ResourceLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/**
 * @param pid 0 for the executing process
 */
export function rlimitCalls(
  pid: number,
  rlimits: readonly Rlimit[],
): readonly { readonly index: number; readonly rlimit: Rlimit; readonly call: Call }[] {
  const all = rlimits.map((rlimit, index) => {
    const { type, soft, hard } = rlimit;
    return { index, rlimit, call: prlimit64(pid, resourceNames.indexOf(type), BigInt(soft), BigInt(hard)) };
  });
  const isLast = ({ rlimit }: { readonly rlimit: Rlimit }) => LAST.has(rlimit.type);
  return [...all.filter((one) => !isLast(one)), ...all.filter(isLast)];
}
