/** The directories of an overlay's writable layer on disk: made by this process, before they are mounted. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { type ActionStep, action } from '../../init/step.ts';
import { chmodSync, chownSync, existsSync, mkdirSync } from '../../kernel/file-system.ts';
import { dirname, join } from '../../kernel/path.ts';
import { removeTree } from '../remove-tree.ts';
import { refuseOccupied } from './occupant.ts';
import type { RootDirectory } from './root-directory.ts';

export interface OverlayDirectories {
  /** The directory that holds the two others. */
  readonly base: string;
  readonly upper: string;
  readonly work: string;
  /** Whether they outlive the container. */
  readonly kept: boolean;
}

export function overlayDirectories(base: string, kept: boolean): OverlayDirectories {
  return { base, upper: join(base, 'upper'), work: join(base, 'work'), kept };
}

/**
 * Nobody else may pass through `base`: the container can make set-user-ID programs in it (CVE-2021-41091).
 *
 * @param root what the upper directory is to look like
 */
export function makeDirectoriesStep(
  directories: OverlayDirectories,
  root: RootDirectory | undefined,
  pointer: string,
): ActionStep {
  const { base, upper, work, kept } = directories;
  const does = [
    `mkdir("${base}", 0700)`,
    `mkdir("${upper}", ${octal(root?.mode)})`,
    `mkdir("${work}", 0700)`,
  ];
  return action(`make the overlay's directories in "${base}"`, pointer, does, () => {
    if (kept) refuseOccupied(base, pointer);
    try {
      if (kept) makeAll(base);
      else makeNew(base);
      if (make(upper)) adorn(upper, root);
      make(work);
    } catch (cause) {
      throw explain(base, pointer, cause);
    }
  });
}

function octal(mode = 0o755): string {
  return `0${mode.toString(8)}`;
}

/** What is there belongs to a container of this id that no state is left of (a reboot): the id is ours by now. */
function makeNew(base: string): void {
  makeAll(dirname(base));
  try {
    if (make(base)) return;
    removeTree(base);
    mkdirSync(base, { mode: 0o700 });
  } catch (error) {
    // The last container of this state root has taken the parent along when it was deleted just now.
    if (!isError(error, 'ENOENT')) throw error;
    makeNew(base);
  }
}

/** Not mkdirSync's `recursive`, which never returns below /proc (Node 24). */
function makeAll(path: string): void {
  if (existsSync(path)) return;
  makeAll(dirname(path));
  make(path);
}

function make(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (isError(error, 'EEXIST')) return false;
    throw error;
  }
}

function adorn(upper: string, root: RootDirectory | undefined): void {
  if (!root) return;
  if (process.geteuid?.() === 0) {
    try {
      chownSync(upper, root.host.uid, root.host.gid);
    } catch (error) {
      // Root of a user namespace does not have every id.
      if (!isError(error, 'EPERM') && !isError(error, 'EINVAL')) throw error;
    }
  }
  chmodSync(upper, root.mode);
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function explain(base: string, pointer: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause;
  return new RuntimeError('overlay', `cannot make the overlay's directories in "${base}": ${cause.code}`, {
    cause,
    pointer,
    errno: String(cause.code),
    hint: 'name a directory of yours with --overlay=dir=PATH, or keep the layer in memory with --overlay=tmpfs',
  });
}
