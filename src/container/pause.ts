/** `pause` and `resume`: all processes of a container stand still, and go on. */
import { freezer } from '../cgroups/freezer.ts';
import { noFreezer } from '../cgroups/freezer-error.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { dirname } from '../kernel/path.ts';
import { mustHoldInit } from './astray.ts';
import { checkContainerId } from './container-id.ts';
import { openOnceCreated } from './first-process.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import { statusOf, statusWith } from './status.ts';
import { whyNotRunning } from './why-not-running.ts';

const NOT_RUNNING = 'container not running';

/** @throws RuntimeError `not-found`; `state` with runc's words; `cgroup` where it has no freezer */
export function pause(runtime: Runtime, id: string): void {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  // Not in the middle of a start, which would wait for ever.
  directory.lock(NOT_RUNNING);
  const record = directory.read();
  using first = openOnceCreated(record);
  const status = statusWith(first, record, directory);
  if (!record || (status !== 'running' && status !== 'created'))
    throw new RuntimeError('state', NOT_RUNNING, whyNotRunning(id, record, status));
  if (record.freezer === undefined) throw noFreezer();
  mustHoldInit({ record, first }, [dirname(record.freezer)], 'pause the container');
  freezer(record.freezer).freeze();
}

/** Without the lock: whoever has it may be waiting for the frozen process. @throws RuntimeError, see `pause` */
export function resume(runtime: Runtime, id: string): void {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  const record = directory.read();
  const status = statusOf(record, directory);
  if (record?.freezer === undefined || status !== 'paused')
    throw new RuntimeError('state', 'container not paused', whyNotRunning(id, record, status));
  freezer(record.freezer).thaw();
}
