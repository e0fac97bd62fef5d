import { call } from './call.ts';
import { perform } from './local.ts';

/** In our pid namespace. */
export function ownPid(): number {
  return perform(call('getpid'));
}
