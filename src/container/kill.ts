/** `kill`: sends a signal to the container's first process, or to all of its processes. */
import { signalCgroup } from '../cgroups/processes.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { checkContainerId } from './container-id.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import { initOf, statusOf } from './status.ts';

/** @throws RuntimeError `not-found`; `state` with the words "container not running", which engines look for */
export function kill(runtime: Runtime, id: string, signal: number, { all }: { readonly all: boolean }): void {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  const record = directory.read();
  const status = record && statusOf(record, directory);
  if (all && record) {
    // Obsolete, and engines still say it: what is left in the cgroup is meant, whether the init lives or not.
    signalCgroup(record.cgroups, signal);
    return;
  }
  if (!record || status === 'stopped') throw notRunning();
  using init = Pidfd.open(record.pid);
  // Between the look at the record and this, the pid may have become another process's.
  if (!init || !initOf(record) || !init.signal(signal)) throw notRunning();
}

function notRunning(): RuntimeError {
  return new RuntimeError('state', 'container not running');
}
