/** `kill`: sends a signal to the container's first process, or to all of its processes. */
import { freezer } from '../cgroups/freezer.ts';
import { cgroupProcesses, signalCgroup } from '../cgroups/processes.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import { SIGKILL } from '../kernel/constants/process.ts';
import { signalMembers } from '../kernel/members.ts';
import { checkContainerId } from './container-id.ts';
import { openFirstProcess } from './first-process.ts';
import { descendants, namespaceProcesses } from './namespace-processes.ts';
import { ownCgroups, ownFreezer } from './own-cgroups.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';
import { whyNotRunning } from './why-not-running.ts';

/** @throws RuntimeError `not-found`; `state` with the words "container not running", which engines look for */
export function kill(runtime: Runtime, id: string, signal: number, { all }: { readonly all: boolean }): void {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  const record = directory.read();
  using first = record && openFirstProcess(record);
  const status = statusWith(first, record, directory);
  const whole = all || (record !== undefined && killsAll(signal, record));
  const isOver = status === 'stopped' && !all && !(whole && record !== undefined && hasCgroup(record));
  if (!record || status === 'creating' || isOver) throw notRunning(id, record, status);
  // `--all` is obsolete, and engines still say it: what is left of it is meant, whether the init lives or not.
  if (whole) signalAll(record, first, signal);
  else if (!first?.pidfd.signal(signal)) throw notRunning(id, record, 'stopped');
  // Version 1 lets nothing frozen end.
  const file = signal === SIGKILL && status === 'paused' ? ownFreezer(record) : undefined;
  if (file !== undefined) freezer(file).thaw();
}

/** Without a pid namespace of its own the others would outlive the first process. */
function killsAll(signal: number, { phase, sharesPids }: StateRecord): boolean {
  return signal === SIGKILL && phase !== 'creating' && sharesPids === true;
}

/** Until it is deleted. An engine ends containers that share a pid namespace at once, and so with each other. */
function hasCgroup(record: StateRecord): boolean {
  return ownCgroups(record).length > 0;
}

/**
 * Those in its cgroup; if its first process is not among them, those that belong to it too: by its pid namespace, unless
 * others are in it as well, and by descent.
 */
function signalAll(record: StateRecord, first: IdentifiedProcess | undefined, signal: number): void {
  // All others have ended with the first process of their pid namespace: the cgroup holds another container's by now.
  if (!first && !record.sharesPids) return;
  const own = ownCgroups(record);
  const members = cgroupProcesses(own);
  if (members.length > 0) signalCgroup(own, signal);
  if (!first || members.includes(first.pid)) return;
  signalMembers(() => family(record, first).filter((one) => !members.includes(one)), signal);
}

function family({ sharesPids }: StateRecord, { pid }: IdentifiedProcess): readonly number[] {
  return sharesPids ? [...descendants(pid), pid] : namespaceProcesses(pid);
}

function notRunning(id: string, record: StateRecord | undefined, status: Status): RuntimeError {
  return new RuntimeError('state', 'container not running', whyNotRunning(id, record, status));
}
