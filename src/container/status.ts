/** In which state a container is: mostly the kernel knows it. */

import { processStatus } from './process-status.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

export function statusOf(record: StateRecord, directory: StateDirectory): Status {
  if (record.phase === 'creating') return directory.isLocked() ? 'creating' : 'stopped';
  const init = initOf(record);
  if (!init?.isAlive) return 'stopped';
  return init.hasExecuted ? 'running' : 'created';
}

/** The container's first process, unless its pid is somebody else's by now. */
export function initOf(record: Pick<StateRecord, 'pid' | 'startTime'>) {
  if (record.pid === 0) return undefined;
  const status = processStatus(record.pid);
  return status?.startTime === record.startTime ? status : undefined;
}
