/**
 * A procfs that nobody else can have mounted anything over: what is written through it reaches the file that was
 * meant (CVE-2025-52881). It is a new, detached mount; where that is refused, as in a container whose own /proc is
 * masked, the /proc that is there, verified, in which no mount is crossed.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { viewOf } from '../kernel/bytes.ts';
import type { Call, FdArg, Results } from '../kernel/call.ts';
import { close, fstatfs, openat, openat2, statx } from '../kernel/calls/file.ts';
import { fsconfigCreate, fsmount, fsopen } from '../kernel/calls/mount.ts';
import * as F from '../kernel/constants/file.ts';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  PROC_SUPER_MAGIC,
} from '../kernel/constants/mount.ts';
import { EPERM } from '../kernel/errno.ts';
import { decodeStatx } from '../kernel/statx.ts';
import { type Live, type Step, step } from './step.ts';

/** The inode number of a procfs' root, PROC_ROOT_INO. */
const ROOT_INODE = 1n;

/**
 * To be executed by the init before the pivot. It has a pid namespace's own view: that of the init.
 *
 * @param procfs stands for the descriptor from then on; close it
 */
export function openProcfs(procfs: Call, pointer: string): Step {
  const fs = fsopen('proc');
  const mount = fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  return step(
    'init',
    'mount a procfs to write through',
    pointer,
    [fs, fsconfigCreate(fs), mount, close(fs)],
    {
      check: (results, live) => define(procfs, mount, results, live),
      recover: ({ errno }) => (errno === EPERM ? [openExisting(procfs, pointer)] : undefined),
    },
  );
}

function define(procfs: Call, opened: Call, results: Results, live: Live): undefined {
  live.define(procfs, results.value(opened));
}

function openExisting(procfs: Call, pointer: string): Step {
  const proc = openat(F.AT_FDCWD, '/proc', F.O_PATH | F.O_DIRECTORY | F.O_NOFOLLOW);
  const filesystem = fstatfs(proc);
  const status = statx(proc, '');
  return step('init', 'open "/proc" to write through', pointer, [proc, filesystem, status], {
    check: (results, live) => {
      mustBeProcfs(results.bytes(filesystem), decodeStatx(results.bytes(status)).inode, pointer);
      define(procfs, proc, results, live);
    },
  });
}

function mustBeProcfs(statfs: Uint8Array, inode: bigint, pointer: string): void {
  const type = viewOf(statfs).getBigInt64(0, true);
  if (type === BigInt(PROC_SUPER_MAGIC) && inode === ROOT_INODE) return;
  throw new RuntimeError('system', '"/proc" is not the root of a procfs, and none can be mounted', {
    pointer,
    hint: 'tsrun runs in a container that has no /proc of its own: mount one there, or leave the field out',
  });
}

/** A file of it; no link is followed and no mount crossed. */
export function openInProcfs(procfs: FdArg, path: string, flags: number): Call {
  const resolve = F.RESOLVE_BENEATH | F.RESOLVE_NO_XDEV | F.RESOLVE_NO_SYMLINKS | F.RESOLVE_NO_MAGICLINKS;
  return openat2(procfs, path, flags, resolve);
}
