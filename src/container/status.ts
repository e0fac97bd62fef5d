/** In which state a container is: mostly the kernel knows it. */

import type { IdentifiedProcess } from '../host/process-identity.ts';
import { hasExecuted, isPaused, openOnceCreated } from './first-process.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/**
 * A container whose creator was stopped has no process that could be started: it is stopped, as runc has it.
 *
 * @param record undefined if its creator has not come to write one
 * @throws RuntimeError `state` if it cannot be found out
 */
export function statusOf(record: StateRecord | undefined, directory: StateDirectory): Status {
  using first = openOnceCreated(record);
  return statusWith(first, record, directory);
}

/** @param first see `openFirstProcess` */
export function statusWith(
  first: IdentifiedProcess | undefined,
  record: StateRecord | undefined,
  directory: StateDirectory,
): Status {
  if (!record || record.phase === 'creating') return directory.isLocked() ? 'creating' : 'stopped';
  if (!first) return 'stopped';
  if (isPaused(record, first)) return 'paused';
  return hasExecuted(first, directory) ? 'running' : 'created';
}
