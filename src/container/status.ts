/** In which state a container is: mostly the kernel knows it. */

import { freezer, isVersion1Freezer } from '../cgroups/freezer.ts';
import { ownFreezer } from './own-cgroups.ts';
import { type ProcessStatus, processStatus } from './process-status.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/**
 * A container whose creator was stopped has no process that could be started: it is stopped, as runc has it.
 *
 * @param record undefined if its creator has not come to write one
 */
export function statusOf(record: StateRecord | undefined, directory: StateDirectory): Status {
  if (!record || record.phase === 'creating') return directory.isLocked() ? 'creating' : 'stopped';
  const init = initOf(record);
  if (!init?.isAlive) return 'stopped';
  if (isPaused(record, init)) return 'paused';
  return init.hasExecuted ? 'running' : 'created';
}

/** Only a process that is blocked is asked after where version 1 freezes: in most cases nothing has to be read. */
export function isPaused(record: StateRecord, { isBlocked }: ProcessStatus): boolean {
  if (record.freezer === undefined || (isVersion1Freezer(record.freezer) && !isBlocked)) return false;
  const file = ownFreezer(record);
  return file !== undefined && freezer(file).isFrozen();
}

/** The container's first process, unless its pid is somebody else's by now. */
export function initOf(record: Pick<StateRecord, 'pid' | 'startTime'>) {
  if (record.pid === 0) return undefined;
  const status = processStatus(record.pid);
  return status?.startTime === record.startTime ? status : undefined;
}
