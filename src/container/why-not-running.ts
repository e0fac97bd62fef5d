/** What to say of a container that a command cannot be carried out on, besides that it does not run. */
import type { ErrorDetails } from '../errors/runtime-error.ts';
import type { StateRecord } from './state-record.ts';
import type { Status } from './status.ts';

export const stillCreating = 'it is still being created: wait until tsrun create has ended';

/** @returns a hint: why it does not run, if that is not plain, and what to do about it */
export function whyNotRunning(
  id: string,
  record: StateRecord | undefined,
  status: Status,
): Pick<ErrorDetails, 'hint'> {
  if (status === 'creating') return { hint: stillCreating };
  if (status !== 'stopped') return { hint: `it is ${status}: tsrun state ${id}` };
  return record?.phase === 'created' ? {} : { hint: interrupted(id) };
}

/** For a container whose creator was stopped. */
function interrupted(id: string): string {
  return `its creation was interrupted: tsrun delete ${id} removes what remains of it`;
}
