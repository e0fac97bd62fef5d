/** Why an overlay was refused, and what to do about it. */

import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Failure } from '../../kernel/call.ts';
import * as E from '../../kernel/errno.ts';
import { statSync } from '../../kernel/file-system.ts';
import { explainInvalid } from './explain-invalid.ts';

/** What was to be mounted. */
export interface RefusedOverlay {
  /** For the root, `lowers[0]` is the rootfs. */
  readonly lowers: readonly string[];
  readonly writable?: WritableDirectories | { readonly kind: 'tmpfs' };
  /** Of the annotation or the mount entry. */
  readonly pointer: string;
  readonly userxattr: boolean;
  /** Of a mount entry; the root where there is none. */
  readonly destination?: string;
}

export interface WritableDirectories {
  readonly kind: 'directories';
  readonly upper: string;
  readonly work: string;
}

export interface Reason {
  readonly because: string;
  readonly hint: string;
  readonly pointer?: string;
}

export function explainOverlay({ call, errno }: Failure, refused: RefusedOverlay): RuntimeError {
  const { because, hint, pointer } = findReason(errno, refused) ?? {
    because: `${call.name}: ${E.describeErrno(errno)}`,
    hint: "the kernel's reason is in its log: dmesg | grep overlayfs",
  };
  const { destination } = refused;
  const what = destination === undefined ? 'the overlay root' : `"overlay" at "${destination}"`;
  return new RuntimeError('overlay', `cannot mount ${what}: ${because}`, {
    pointer: pointer ?? refused.pointer,
    call: call.name,
    errno: E.errnoName(errno),
    hint,
  });
}

function findReason(errno: number, refused: RefusedOverlay): Reason | undefined {
  const mayBeMissing = errno === E.ENOENT || errno === E.ENOTDIR || errno === E.EINVAL;
  return (
    (mayBeMissing ? missingLayer(refused) : undefined) ??
    (errno === E.EINVAL ? explainInvalid(refused, elsewhere(refused)) : undefined) ??
    byErrno(errno, refused)
  );
}

/** Where else the writable layer could be. */
function elsewhere({ destination }: RefusedOverlay): string {
  return destination === undefined
    ? 'keep the writable layer in memory (--overlay=tmpfs), or on another file system (--overlay=dir=PATH)'
    : 'name directories on another file system as upperdir and workdir';
}

function missingLayer(refused: RefusedOverlay): Reason | undefined {
  const { lowers, writable, destination } = refused;
  const index = lowers.findIndex((path) => !mayBeDirectory(path));
  if (index >= 0)
    return missingLower(lowers[index] as string, index === 0 && destination === undefined, refused);
  if (writable?.kind !== 'directories') return undefined;
  const missing = [writable.upper, writable.work].find((path) => !mayBeDirectory(path));
  return missing === undefined
    ? undefined
    : { because: `"${missing}" is not a directory`, hint: 'make it, or name another' };
}

function missingLower(path: string, isRootfs: boolean, { destination, pointer }: RefusedOverlay): Reason {
  if (isRootfs) {
    return {
      because: `the rootfs "${path}" is not a directory`,
      pointer: '/root/path',
      hint: 'root.path is relative to the bundle, the directory of config.json',
    };
  }
  return {
    because: `the lower layer "${path}" is not a directory`,
    pointer: destination === undefined ? '' : pointer,
    hint:
      destination === undefined
        ? 'each --overlay-lower must name a directory that exists'
        : 'every layer must be a directory that exists, with an absolute path',
  };
}

/** What we may not see may be there. */
function mayBeDirectory(path: string): boolean {
  try {
    return statSync(path)?.isDirectory() === true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}

function byErrno(errno: number, refused: RefusedOverlay): Reason | undefined {
  switch (errno) {
    case E.ENODEV:
      return {
        because: 'this kernel has no overlay file system',
        hint: 'as root: modprobe overlay; or install fuse-overlayfs and open /dev/fuse to the user',
      };
    case E.EPERM:
      return {
        because: 'not permitted',
        hint: 'in a user namespace it needs kernel 5.11, and a security module may forbid it; fuse-overlayfs needs neither',
      };
    case E.ELOOP:
      return {
        because: 'its directories overlap: one is inside another, or they are the same',
        hint: 'keep the upper, work and lower directories apart from one another',
      };
    case E.EBUSY:
      return {
        because: 'its upper or work directory is in use by another overlay',
        hint: 'a writable layer serves one container at a time: name another directory',
      };
    case E.EACCES:
      return {
        because: "the container's root may not enter a layer",
        hint: 'open every directory on the way to the layers to the id that is 0 in linux.uidMappings',
      };
    case E.ENOSPC:
      return { because: 'no space left for the writable layer', hint: elsewhere(refused) };
    default:
      return undefined;
  }
}
