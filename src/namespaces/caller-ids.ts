/** The caller's ids and what may be mapped to them, from this machine. */
import { identity } from '../host/identity.ts';
import { userName } from '../host/passwd.ts';
import { findIdMapHelper, subordinateRanges } from '../host/subordinate-ids.ts';
import { ownIds } from '../host/user-namespace.ts';
import type { IdHost } from './id-maps.ts';

/** Nothing is read before it is asked for: a map of the own id needs no file. */
export function callerIds(): IdHost {
  const own = identity();
  return {
    identity: own,
    // newuidmap(1) goes by the real ids.
    userName: () => userName(own.uid),
    subordinateRanges: (file) => subordinateRanges(file, own.uid),
    helper: (name) => findIdMapHelper(name),
    ownIds: (file) => ownIds(file),
  };
}
