/** The state that hooks outside of `create` read. */
import type { HookState } from '../hooks/state.ts';
import type { StateRecord } from './state-record.ts';

export function hookState(record: StateRecord, status: HookState['status']): HookState {
  const { ociVersion, id, bundle, annotations, pid } = record;
  return {
    ...{ ociVersion, id, status, bundle },
    ...(status === 'stopped' ? {} : { pid }),
    ...(annotations ? { annotations } : {}),
  };
}
