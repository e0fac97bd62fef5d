/**
 * Paths with symbolic links on the way: openat2(2), path_resolution(7). A link counts only if no user but root and the
 * caller can have made it, such as `/var/run`. Any other user can plant one below `/tmp` and choose what is used.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { close, openat2 } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_PATH, RESOLVE_NO_SYMLINKS, S_IFLNK, S_IFMT } from '../kernel/constants/file.ts';
import { ELOOP } from '../kernel/errno.ts';
import { fstatSync, lstatSync, readlinkSync, statSync } from '../kernel/file-system.ts';
import { attempt } from '../kernel/local.ts';
import { effectiveUid } from '../kernel/own-process.ts';
import { dirname, join } from '../kernel/path.ts';
import type { Stats } from '../kernel/stats.ts';

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/** Whether it belongs to root or the caller, and only its owner can write to it. */
export function isOurs({ mode, uid }: Stats): boolean {
  return (mode & 0o022) === 0 && (uid === 0 || uid === effectiveUid());
}

/**
 * @param path absolute
 * @returns the path without symbolic links; what does not exist yet stays as it is
 * @throws RuntimeError `usage` for a link that another user can have made
 */
export function trustedPath(path: string): string {
  const opened = attempt(openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_SYMLINKS));
  if (opened >= 0) attempt(close(opened));
  return opened === -ELOOP ? followed(path) : path;
}

/**
 * @returns undefined if nothing is there
 * @throws RuntimeError as `trustedPath`
 */
export function trustedStatus(path: string): Stats | undefined {
  const opened = attempt(openat2(AT_FDCWD, path, O_PATH, RESOLVE_NO_SYMLINKS));
  if (opened === -ELOOP) return statSync(followed(path));
  if (opened < 0) return statSync(path);
  try {
    return fstatSync(opened);
  } finally {
    attempt(close(opened));
  }
}

function followed(path: string): string {
  const names = namesIn(path);
  let real = '/';
  for (let links = 0; names.length > 0; ) {
    const name = names.shift() as string;
    const next = name === '..' ? dirname(real) : join(real, name);
    const status = lstatSync(next);
    if (!status) return join(next, ...names);
    if ((status.mode & S_IFMT) !== S_IFLNK) {
      real = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw tooManyLinks(path);
    if (!isTrustedLink(status, lstatSync(real))) throw distrusted(path, next);
    const target = readlinkSync(next);
    names.unshift(...namesIn(target));
    if (target.startsWith('/')) real = '/';
  }
  return real;
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function isTrustedLink(link: Stats, directory: Stats | undefined): boolean {
  if (!directory || !mayDecide(directory.uid)) return false;
  const othersCanWrite = (directory.mode & 0o022) !== 0;
  if (!othersCanWrite) return mayDecide(link.uid);
  // The sticky bit leaves a link to its owner.
  const isSticky = (directory.mode & 0o1000) !== 0;
  return isSticky && (link.uid === 0 || link.uid === effectiveUid());
}

/** In a user namespace root of the host has the overflow id, as the owner of `/` shows. */
function mayDecide(uid: number): boolean {
  return uid === 0 || uid === effectiveUid() || uid === lstatSync('/')?.uid;
}

function tooManyLinks(path: string): RuntimeError {
  return new RuntimeError('usage', `"${path}" leads through too many symbolic links`, {
    hint: 'use a path without them',
  });
}

function distrusted(path: string, link: string): RuntimeError {
  return new RuntimeError(
    'usage',
    `"${path}" leads through "${link}", a symbolic link that other users can change`,
    {
      hint: `use a path without it, or remove it: rm "${link}"`,
    },
  );
}
