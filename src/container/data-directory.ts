/** Removes the directory that holds an overlay's writable layer. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { identity } from '../host/identity.ts';
import { unlinkat } from '../kernel/calls/file.ts';
import { AT_FDCWD, AT_REMOVEDIR } from '../kernel/constants/file.ts';
import { attempt } from '../kernel/local.ts';
import { dirname } from '../kernel/path.ts';
import { removeTree } from '../rootfs/remove-tree.ts';
import { removeTreeAs } from '../rootfs/remove-tree-as.ts';
import type { StateRecord } from './state-record.ts';

/** What an ordinary user's container has written may belong to subordinate ids: then those have to remove it. */
export function removeData({ dataDirectory, idMaps }: StateRecord): void {
  if (!dataDirectory) return;
  try {
    removeTree(dataDirectory);
  } catch (error) {
    const refused = error instanceof RuntimeError && /EACCES|EPERM/.test(error.message);
    if (!refused || !idMaps) throw error;
    removeTreeAs(dataDirectory, idMaps, identity());
  }
  // The directory that it shares with the others of this state root; not empty as long as there are any.
  attempt(unlinkat(AT_FDCWD, dirname(dataDirectory), AT_REMOVEDIR));
}
