/**
 * The processes of a container that has no cgroup of its own, as an ordinary user's without delegation: those in the
 * pid namespace of its first process, where that has one of its own, and all descendants of any of them.
 */
import { requireOwnProc } from '../host/own-proc.ts';
import { readdirSync, readlinkSync } from '../kernel/file-system.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { type ProcessStatus, processStatus } from '../kernel/process-status.ts';

/** @param init pid of the container's first process, which has not ended @returns in ascending order; those that we can see */
export function namespaceProcesses(init: number): number[] {
  const own = pidNamespace('self');
  const namespace = pidNamespace(init);
  const isPrivate = namespace !== undefined && namespace !== own;
  return family(init, (pid) => isPrivate && pidNamespace(pid) === namespace);
}

/** Where others may be in the same pid namespace. @returns without the first process */
export function descendants(init: number): number[] {
  return family(init, () => false).filter((pid) => pid !== init);
}

/** The first process, those that belong to it, and all descendants of any of them. */
function family(init: number, belongs: (pid: number) => boolean): number[] {
  const parents = new Map(allProcesses().map((pid) => [pid, processStatus(pid)]));
  const members = new Set([init]);
  const outsiders = new Set([0]);
  for (const pid of parents.keys()) {
    const chain: number[] = [];
    let at = pid;
    while (!members.has(at) && !outsiders.has(at) && !belongs(at)) {
      chain.push(at);
      at = parents.get(at)?.parent ?? 0;
    }
    const found = outsiders.has(at) ? outsiders : members.add(at);
    for (const one of chain) found.add(one);
  }
  return [...members].filter((pid) => pid === init || runs(pid, parents.get(pid))).sort((a, b) => a - b);
}

function runs(pid: number, status: ProcessStatus | undefined): boolean {
  if (!status?.isZombie) return status !== undefined;
  using pidfd = Pidfd.open(pid);
  return pidfd?.hasEnded() === false;
}

/** @throws RuntimeError `system` if the numbers are not ours */
export function allProcesses(): number[] {
  requireOwnProc();
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** @returns undefined where the process is gone, or is none of ours to look at */
function pidNamespace(pid: number | 'self'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}
