/** The directories of an overlay's writable layer on disk: made by this process, before they are mounted. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { type ActionStep, action } from '../../init/step.ts';
import { close, fchmod, fchownat, mkdirat, statx } from '../../kernel/calls/file.ts';
import { EEXIST, EINVAL, ENOENT, EPERM } from '../../kernel/errno.ts';
import { attempt, performForBytes, systemError } from '../../kernel/local.ts';
import { effectiveUid } from '../../kernel/own-process.ts';
import { basename, dirname } from '../../kernel/path.ts';
import { decodeStatx } from '../../kernel/statx.ts';
import { removeTreeIn } from '../remove-tree.ts';
import { refuseOccupied } from './occupant.ts';
import type { OverlayDirectories } from './opened-directories.ts';
import {
  makeIn,
  openIn,
  openMaking,
  openMakingIn,
  PLAIN,
  READABLE,
  refuseForeign,
  refuseReachable,
  withDirectory,
} from './own-directory.ts';
import type { RootDirectory } from './root-directory.ts';

/** @param root what the upper directory is to look like */
export function makeDirectoriesStep(
  directories: OverlayDirectories,
  root: RootDirectory | undefined,
  pointer: string,
): ActionStep {
  const { base, upper, work, kept, checked } = directories;
  const does = [
    `mkdir("${base}", 0700)`,
    `mkdir("${upper}", ${octal(root?.mode)})`,
    `mkdir("${work}", 0700)`,
  ];
  return action(`make the overlay's directories in "${base}"`, pointer, does, () => {
    try {
      withDirectory(kept ? openKept(base) : openNew(base), (fd) => {
        if (kept) refuseOccupied(fd, base);
        checked.identity = decodeStatx(performForBytes(statx(fd, '')));
        const isNew = makeIn(fd, 'upper');
        withDirectory(openIn(fd, upper, isNew ? READABLE : PLAIN), (at) => isNew && adorn(at, root));
        attempt(close(openMakingIn(fd, work)));
      });
    } catch (cause) {
      throw explain(base, pointer, cause);
    }
  });
}

function octal(mode = 0o755): string {
  return `0${mode.toString(8)}`;
}

function openKept(base: string): number {
  const fd = openMaking(base);
  try {
    refuseReachable(fd, base);
  } catch (error) {
    attempt(close(fd));
    throw error;
  }
  return fd;
}

/**
 * In `DATA/HASH`, which only root and the caller can change. What it holds under this name belongs to a container whose
 * state is lost (a reboot): the id is ours by now.
 */
function openNew(base: string): number {
  const parent = dirname(base);
  const made = withDirectory(openMaking(dirname(parent)), (data) => {
    refuseForeign(data, dirname(parent));
    return withDirectory(openMakingIn(data, parent), (fd) => {
      refuseForeign(fd, parent);
      return makeNewIn(fd, base);
    });
  });
  return made ?? openNew(base);
}

/** @returns undefined if the parent is gone: the last container of this state root was deleted just now */
function makeNewIn(parent: number, base: string): number | undefined {
  const make = mkdirat(parent, basename(base), 0o700);
  let made = attempt(make);
  if (made === -EEXIST) {
    removeTreeIn(parent, base);
    made = attempt(make);
  }
  if (made === -ENOENT) return undefined;
  if (made < 0) throw systemError(make, -made);
  return openIn(parent, base);
}

function adorn(upper: number, root: RootDirectory | undefined): void {
  if (!root) return;
  if (effectiveUid() === 0) {
    const own = fchownat(upper, '', root.host.uid, root.host.gid);
    const owned = attempt(own);
    // Root of a user namespace does not have every id.
    if (owned < 0 && owned !== -EPERM && owned !== -EINVAL) throw systemError(own, -owned);
  }
  const change = fchmod(upper, root.mode);
  const changed = attempt(change);
  if (changed < 0) throw systemError(change, -changed);
}

function explain(base: string, pointer: string, cause: unknown): unknown {
  if (!(cause instanceof RuntimeError)) return cause;
  if (cause.code === 'overlay') {
    return new RuntimeError('overlay', `cannot make the overlay's directories: ${cause.message}`, {
      ...cause.details,
      pointer,
    });
  }
  return new RuntimeError('overlay', `cannot make the overlay's directories in "${base}": ${cause.message}`, {
    hint: 'name a directory of yours with --overlay=dir=PATH, or keep the layer in memory with --overlay=tmpfs',
    ...cause.details,
    cause,
    pointer,
  });
}
