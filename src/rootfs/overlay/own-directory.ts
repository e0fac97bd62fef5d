/**
 * Directories that hold writable layers: opened and made by descriptor, with no symbolic link on the way, and used only
 * if other users can neither change nor reach what is in them (CVE-2021-41091).
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { isOurs } from '../../host/trusted-path.ts';
import { close, mkdirat, openat2 } from '../../kernel/calls/file.ts';
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  RESOLVE_BENEATH,
  RESOLVE_NO_SYMLINKS,
} from '../../kernel/constants/file.ts';
import { EEXIST, ELOOP, ENOENT } from '../../kernel/errno.ts';
import { fstatSync } from '../../kernel/file-system.ts';
import { attempt, systemError } from '../../kernel/local.ts';
import { realPath } from '../../kernel/opened-path.ts';
import { effectiveUid } from '../../kernel/own-process.ts';
import { basename, dirname } from '../../kernel/path.ts';

export const PLAIN = O_PATH | O_DIRECTORY;
export const INSIDE = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;

/** Runs `use` with a descriptor that is closed afterwards. */
export function withDirectory<T>(fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    attempt(close(fd));
  }
}

/** Makes the directory, and those on the way, if they do not exist. @returns its descriptor */
export function openMaking(path: string): number {
  const open = openat2(AT_FDCWD, path, PLAIN, RESOLVE_NO_SYMLINKS);
  const opened = attempt(open);
  if (opened === -ELOOP) throw symbolicLink(path);
  if (opened >= 0) return opened;
  if (opened !== -ENOENT) throw systemError(open, -opened);
  return withDirectory(openMaking(dirname(path)), (parent) => openMakingIn(parent, path));
}

/** The same, of the last part of `path` in a directory that is open. */
export function openMakingIn(parent: number, path: string): number {
  makeIn(parent, basename(path));
  return openIn(parent, path);
}

/** @returns whether it was made: it may exist */
export function makeIn(parent: number, name: string): boolean {
  const make = mkdirat(parent, name, 0o700);
  const made = attempt(make);
  if (made < 0 && made !== -EEXIST) throw systemError(make, -made);
  return made === 0;
}

/** @param path its last part is opened */
export function openIn(parent: number, path: string, flags = PLAIN): number {
  const open = openat2(parent, basename(path), flags, INSIDE);
  const opened = attempt(open);
  if (opened === -ELOOP) throw symbolicLink(path);
  if (opened < 0) throw systemError(open, -opened);
  return opened;
}

export const READABLE = O_RDONLY | O_DIRECTORY;

/**
 * A directory of tsrun's own, before anything is made in it: what is refused here needs no undoing.
 *
 * @throws RuntimeError `overlay` if another user has prepared it
 */
export function refusePrepared(path: string): void {
  const opened = attempt(openat2(AT_FDCWD, path, PLAIN, RESOLVE_NO_SYMLINKS));
  if (opened === -ELOOP) throw symbolicLink(path, ELSEWHERE);
  if (opened >= 0) withDirectory(opened, (fd) => refuseForeign(fd, path));
}

const ELSEWHERE = 'choose another place with XDG_DATA_HOME, or keep the layer in memory with --overlay=tmpfs';

/** A directory of tsrun's own. @throws RuntimeError `overlay` if another user can change what is in it */
export function refuseForeign(fd: number, path: string): void {
  const status = fstatSync(fd);
  if (isOurs(status)) return;
  const mayRepair = status.uid === effectiveUid();
  throw new RuntimeError('overlay', `the data directory "${path}" can be changed by other users`, {
    hint: mayRepair ? `chmod 700 "${path}"` : ELSEWHERE,
  });
}

/** A directory that the caller has named. @throws RuntimeError `overlay` if another user can reach what is in it */
export function refuseReachable(fd: number, path: string): void {
  const { uid, mode } = fstatSync(fd);
  if (uid !== effectiveUid()) {
    throw new RuntimeError('overlay', `"${path}" belongs to another user (uid ${uid})`, {
      hint: `that user could run set-user-ID files made by the container: name a directory that does not exist yet`,
    });
  }
  if ((mode & 0o077) === 0) return;
  const shown = `0${(mode & 0o7777).toString(8)}`;
  throw new RuntimeError('overlay', `"${path}" is open to other users (mode ${shown})`, {
    hint: `they could run set-user-ID files made by the container: chmod 700 "${path}"`,
  });
}

function symbolicLink(
  path: string,
  hint = `name the directory by its real path${leadsTo(path)}`,
): RuntimeError {
  return new RuntimeError('overlay', `"${path}" leads through a symbolic link`, { hint });
}

function leadsTo(path: string): string {
  try {
    return `: "${realPath(path)}"`;
  } catch {
    return '';
  }
}
