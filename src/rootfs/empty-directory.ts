/** An empty directory that stays empty: a read-only tmpfs without room, to cover another directory with. */
import type { Call } from '../kernel/call.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { newFilesystem } from './new-filesystem.ts';

/** @returns the calls, and the one among them whose result is the detached mount */
export function emptyDirectory(label?: string): { readonly calls: readonly Call[]; readonly tree: Call } {
  return newFilesystem('tmpfs', 'tmpfs', {
    attributes: { set: MOUNT_ATTR_RDONLY, clear: 0 },
    superblock: ['ro'],
    data: ['nr_blocks=1', 'nr_inodes=1', ...(label === undefined ? [] : [`context=${label}`])],
  });
}
