/**
 * A container that was created in another pid namespace, as by a runtime in a container that shares the state
 * directory: its pid means nothing here. Its first process can be found by the inode number of its pidfd, if our
 * namespace is one around that.
 */
import { cgroupProcesses } from '../cgroups/processes.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { inInitialPidNamespace, procIsOurs } from '../host/own-proc.ts';
import {
  IdentifiedProcess,
  isOfOtherNamespace,
  type ProcessIdentity,
  visibleStatus,
} from '../host/process-identity.ts';
import { existsSync } from '../kernel/file-system.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { allProcesses } from './namespace-processes.ts';
import { ownCgroups } from './own-cgroups.ts';
import type { StateRecord } from './state-record.ts';

/**
 * @returns undefined if it has ended
 * @throws RuntimeError `state` if it cannot be found, and may exist all the same
 */
export function findFromOutside(record: StateRecord): IdentifiedProcess | undefined {
  const found = findAmong(record, cgroupProcesses(ownCgroups(record))) ?? findByInode(record);
  if (!found && (record.pidfdInode === undefined || !seesAllProcesses())) throw outOfReach(record);
  return found;
}

/** @returns undefined if none of the processes that we see is it */
export function findByInode(identity: ProcessIdentity): IdentifiedProcess | undefined {
  return procIsOurs() ? findAmong(identity, allProcesses()) : undefined;
}

function findAmong({ pidfdInode }: ProcessIdentity, pids: readonly number[]): IdentifiedProcess | undefined {
  for (const pid of pidfdInode === undefined ? [] : pids) {
    const pidfd = Pidfd.open(pid);
    if (!pidfd) continue;
    if (pidfd.inode === pidfdInode && !pidfd.hasEnded())
      return new IdentifiedProcess(pidfd, visibleStatus(pid));
    pidfd[Symbol.dispose]();
  }
  return undefined;
}

/** /proc shows PID 1, which is not ours, only to those from whom it hides nothing. */
function seesAllProcesses(): boolean {
  return inInitialPidNamespace() && procIsOurs() && existsSync('/proc/1');
}

/** For commands that need more of the container than its first process. @throws RuntimeError `state` */
export function mustBeOfOurNamespace(record: StateRecord): void {
  if (isOfOtherNamespace(record)) throw outOfReach(record);
}

function outOfReach({ id, pid, pidNamespace }: StateRecord): RuntimeError {
  return new RuntimeError(
    'state',
    `container ${id} belongs to another pid namespace: its first process is ${pid} in pid:[${pidNamespace}]`,
    {
      hint: 'repeat the command there: "lsns --type pid" shows its processes, then nsenter --target PID --pid --mount tsrun …',
    },
  );
}

/**
 * For a container whose creator was stopped in another pid namespace before it had a process: nothing says whether the
 * paths of its cgroups mean the same here.
 *
 * @throws RuntimeError `state` if other processes may be in them
 */
export function mustKnowCgroups(record: StateRecord): void {
  const { id, pid, cgroups } = record;
  if (pid !== 0 || !isOfOtherNamespace(record) || cgroupProcesses(cgroups).length === 0) return;
  const occupied = cgroups.find((path) => existsSync(path));
  throw new RuntimeError(
    'state',
    `container ${id} was created in another pid namespace, and the processes in its cgroup may belong to others`,
    { hint: `see whose they are, and end them: cat ${occupied}/cgroup.procs` },
  );
}
