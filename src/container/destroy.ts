/** Takes apart whatever a record says there may be: after `create` failed, and for `delete`. */
import { freezer } from '../cgroups/freezer.ts';
import { cgroupProcesses, killCgroup } from '../cgroups/processes.ts';
import { removeCgroups } from '../cgroups/remove.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import type { Log } from '../log/log.ts';
import type { Hooks } from '../spec/types.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { initOf, isPaused } from './status.ts';

/** How long a killed process may take to end; longer means that it hangs in the kernel. */
const DEATH = 10_000;
const SIGKILL = 9;

/** @throws RuntimeError `system` where a process does not die; everything else is still there then */
export async function destroy(
  record: StateRecord | undefined,
  directory: StateDirectory,
  log: Log,
): Promise<void> {
  if (!record || !directory.exists()) return directory.remove();
  const init = initOf(record);
  if (init) killProcess(record.pid, isPaused(record, init) ? record.freezer : undefined);
  killRest(record);
  if (record.helper && initOf(record.helper)) killProcess(record.helper.pid);
  removeCgroups(record.cgroups, log);
  if (record.resctrl) (await import('../resctrl/remove.ts')).removeResctrl(record.resctrl, log);
  // Most containers have neither: what is not loaded costs nothing.
  if (record.dataDirectory) await (await import('./data-directory.ts')).removeData(record);
  const hooks = record.hasPoststop ? directory.readConfig().hooks : undefined;
  directory.remove();
  if (hooks?.poststop) await runPoststop(hooks, record, log);
}

/** The container is gone by now: what these hooks do wrong is a warning (runtime.md, Lifecycle, step 13). */
async function runPoststop({ poststop }: Hooks, record: StateRecord, log: Log): Promise<void> {
  const { runPoststop: run } = await import('../hooks/runtime-hooks.ts');
  const { hookState } = await import('./hook-state.ts');
  run(poststop, hookState(record, 'stopped'), log);
}

/** What is left where the pid namespace is not the container's own: with its first process, nothing else ended. */
function killRest({ cgroups, freezer: frozenBy }: StateRecord): void {
  for (let left = cgroupProcesses(cgroups); left.length > 0; left = cgroupProcesses(cgroups)) {
    // All at once: killed one by one, they could fork faster.
    killCgroup(cgroups);
    if (frozenBy !== undefined) tryToThaw(frozenBy);
    for (const pid of left) killProcess(pid);
  }
}

/**
 * Kills a process and waits until it has ended.
 *
 * @param frozenBy what has frozen it: version 1 lets nothing frozen end, so it is thawed once it has been killed
 */
function killProcess(pid: number, frozenBy?: string): void {
  using process = Pidfd.open(pid);
  if (!process) return;
  process.signal(SIGKILL);
  if (frozenBy !== undefined) tryToThaw(frozenBy);
  if (!process.waitForEnd(DEATH)) {
    throw new RuntimeError('system', `process ${pid} does not end although it was killed`, {
      hint: `see where it hangs: cat /proc/${pid}/stack /proc/${pid}/wchan`,
    });
  }
  process.reap();
}

function tryToThaw(file: string): void {
  try {
    freezer(file).thaw();
  } catch {
    // Not there: then nothing is frozen.
  }
}
