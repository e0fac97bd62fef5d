/** Takes apart whatever a record says there may be: after `create` failed, and for `delete`. */

import { freezer, isVersion1Freezer } from '../cgroups/freezer.ts';
import { cgroupProcesses, killCgroup, processesBelow } from '../cgroups/processes.ts';
import { removeAtOnce, removeCgroups } from '../cgroups/remove.ts';
import { endUnit } from '../cgroups/systemd/end-unit.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { runPoststop } from '../hooks/runtime-hooks.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import { W_OK } from '../kernel/constants/file.ts';
import { SIGKILL } from '../kernel/constants/process.ts';
import { EACCES } from '../kernel/errno.ts';
import { accessErrno } from '../kernel/file-system.ts';
import { withMembers } from '../kernel/members.ts';
import { dirname } from '../kernel/path.ts';
import type { Pidfd } from '../kernel/pidfd.ts';
import type { Log } from '../log/log.ts';
import { removeResctrl } from '../resctrl/remove.ts';
import type { Hooks } from '../spec/types.ts';
import { removeData } from './data-directory.ts';
import { isPaused, openFirstProcess, openHelper } from './first-process.ts';
import { hookState } from './hook-state.ts';
import { descendants } from './namespace-processes.ts';
import { mustKnowCgroups } from './other-namespace.ts';
import { hasSuccessor, withOwnCgroups } from './own-cgroups.ts';
import { checkPaths } from './record/check-paths.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

/** Milliseconds that a killed process may take to end; longer means that it hangs in the kernel. */
const LONGEST_DEATH = 10_000;

export interface Destruction {
  readonly force: boolean;
  /** Its first process, if that has been looked for: undefined in it if it has ended. */
  readonly known?: { readonly process: IdentifiedProcess | undefined } | undefined;
}

/**
 * @param options.force without it a configuration that cannot be read is an error, since hooks would be left out
 * @throws RuntimeError if something is left: its record is still there then
 */
export function destroy(
  recorded: StateRecord,
  directory: StateDirectory,
  log: Log,
  { force, known }: Destruction = { force: true },
): void {
  if (!directory.exists()) return;
  checkPaths(recorded);
  mustKnowCgroups(recorded);
  const record = withOwnCgroups(recorded);
  const hooks = record.hasPoststop ? hooksOf(record, directory, log, force) : undefined;
  killProcesses(record, known);
  const left = [...removeCgroup(record, log)];
  if (record.resctrl) left.push(...removeResctrl(record.resctrl, log));
  if (record.systemd && !hasSuccessor(recorded)) endUnit(record.systemd, log);
  if (record.dataDirectory) removeData(record);
  if (left.length > 0) throw notRemoved(record.id, left);
  directory.remove();
  // The container is gone by now: what these hooks do wrong is a warning (runtime.md, Lifecycle, step 13).
  if (hooks?.poststop) runPoststop(hooks.poststop, hookState(record, 'stopped'), log);
}

/** The same, for a command with something else to report: if anything is left, that is a warning. @returns whether all is gone */
export function destroyOrWarn(record: StateRecord, directory: StateDirectory, log: Log): boolean {
  try {
    destroy(record, directory, log);
    return true;
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    log.warning(`container ${record.id} is not removed: ${error.message}`, {
      hint: `tsrun delete --force ${record.id}`,
    });
    return false;
  }
}

function notRemoved(id: string, left: readonly string[]): RuntimeError {
  const names = left.map((path) => `"${path}"`).join(', ');
  return new RuntimeError('cgroup', `cannot remove ${names} of container ${id}`, {
    hint: `see what uses it: ls ${left[0]}; then tsrun delete --force ${id}`,
  });
}

function hooksOf(
  { id, phase }: StateRecord,
  directory: StateDirectory,
  log: Log,
  force: boolean,
): Hooks | undefined {
  try {
    return directory.readConfig().hooks;
  } catch (error) {
    if (!force || !(error instanceof RuntimeError)) throw error;
    // A creator that was stopped may not have come to write it; then no hook of it has run.
    if (phase !== 'creating')
      log.warning(`the poststop hooks of container ${id} are not run: ${error.message}`);
    return undefined;
  }
}

/** Signals are sent before anything is waited for: the kernel takes a container apart on all processors. */
function killProcesses(record: StateRecord, known: Destruction['known']): void {
  using opened = known ? undefined : openFirstProcess(record);
  const first = known ? known.process : opened;
  using helper = record.helper && openHelper(record.helper);
  const members = record.sharesPids ? cgroupProcesses(record.cgroups) : [];
  if (first && record.sharesPids && !members.includes(first.pid)) killDescendants(first.pid);
  first?.pidfd.signal(SIGKILL);
  // Version 1 lets nothing frozen end, so it is thawed once it has been killed; version 2 does.
  if (first && record.freezer && isVersion1Freezer(record.freezer) && isPaused(record, first)) thaw(record);
  if (members.length > 0) killMembers(record.cgroups, record);
  if (first) awaitEnd(first.pidfd);
  helper?.pidfd.signal(SIGKILL);
  if (helper) awaitEnd(helper.pidfd);
}

/** Those of a first process that is alive still: once it has ended, nothing says whose they are. */
function killDescendants(init: number): void {
  while (descendants(init).length > 0) killAll(() => descendants(init));
}

/**
 * One without processes is simply removed; most are, by now, and nothing has to be looked at.
 *
 * @returns what is left of the container's own
 */
function removeCgroup(record: StateRecord, log: Log): readonly string[] {
  const left = record.cgroups.filter((path) => !removeAtOnce(path));
  // All processes of its own pid namespace have ended: those in the cgroup were moved there, or reuse it.
  const mayHaveMembers = record.sharesPids === true || record.phase === 'creating';
  if (mayHaveMembers) for (const path of left) killMembers([path], record);
  return (
    removeCgroups(left, log)
      .filter((path) => mayHaveMembers || processesBelow(path).length === 0)
      // If its parent is not ours to write to, it was there before, and the container did without it.
      .filter((path) => accessErrno(dirname(path), W_OK) !== EACCES)
  );
}

/** All at once: killed one by one, they could fork faster. Returns when they have ended. */
function killMembers(cgroups: readonly string[], record: StateRecord): void {
  while (cgroupProcesses(cgroups).length > 0) {
    killCgroup(record.cgroups);
    thaw(record);
    // One of them may be in this hierarchy's cgroup alone.
    killAll(() => cgroupProcesses(cgroups));
  }
}

function killAll(find: () => readonly number[]): void {
  withMembers(find, (members) => {
    for (const member of members) member.signal(SIGKILL);
    for (const member of members) awaitEnd(member);
  });
}

/** @throws RuntimeError `system` for a process that was killed and hangs in the kernel */
function awaitEnd(process: Pidfd): void {
  const { pid } = process;
  if (!process.waitForEnd(LONGEST_DEATH)) {
    throw new RuntimeError('system', `process ${pid} does not end although it was killed`, {
      hint: `see where it hangs: cat /proc/${pid}/stack /proc/${pid}/wchan`,
    });
  }
  process.reap();
}

function thaw({ freezer: file }: StateRecord): void {
  if (file === undefined) return;
  try {
    freezer(file).thaw();
  } catch {
    // Not there: then nothing is frozen.
  }
}
