/** Why an overlay was refused, and what to do about it: the kernel says EINVAL for nearly everything. */
import { statfsSync, statSync } from 'node:fs';
import { type ErrorDetails, RuntimeError } from '../../errors/runtime-error.ts';
import type { Failure } from '../../kernel/call.ts';
import {
  describeErrno,
  EBUSY,
  EINVAL,
  ELOOP,
  ENODEV,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  EPERM,
  EACCES,
  errnoName,
} from '../../kernel/errno.ts';
import { mountsBelow } from './mounts-below.ts';
import { LOWERDIRS } from './request.ts';

/** What was to be mounted; `lowers[0]` is the rootfs. */
export interface RefusedOverlay {
  readonly lowers: readonly string[];
  readonly writable?:
    | { readonly kind: 'directories'; readonly upper: string; readonly work: string }
    | { readonly kind: 'tmpfs' };
  /** Of the annotation or the mount entry. */
  readonly pointer: string;
  readonly userxattr: boolean;
}

/** Remedies that the writer of the config can take: they differ between the root and a mount entry. */
const ELSEWHERE =
  'keep the writable layer in memory (--overlay=tmpfs), or on another file system (--overlay=dir=PATH)';

export function explainOverlay({ call, errno }: Failure, refused: RefusedOverlay): RuntimeError {
  const details = { pointer: refused.pointer, call: call.name, errno: errnoName(errno) };
  const known =
    explainMissing(refused, errno, details) ??
    explainInvalid(refused, errno, details) ??
    explainSimple(errno, details, refused);
  return known ?? problem(`${call.name}: ${describeErrno(errno)}`, { ...details, hint: GENERAL });
}

const GENERAL =
  "the kernel's reason is in its log: dmesg | grep overlayfs; --overlay=off runs on the rootfs itself";

function problem(because: string, details: ErrorDetails): RuntimeError {
  return new RuntimeError('overlay', `cannot mount the overlay root: ${because}`, details);
}

function explainMissing({ lowers, writable, pointer }: RefusedOverlay, errno: number, details: ErrorDetails) {
  if (errno !== ENOENT && errno !== ENOTDIR && errno !== EINVAL) return undefined;
  const index = lowers.findIndex((path) => !isDirectory(path));
  const lower = lowers[index];
  if (lower !== undefined) {
    const isRoot = index === 0;
    return problem(`the lower layer "${lower}" is no directory`, {
      ...details,
      pointer: lowerPointer(isRoot, pointer),
      hint: isRoot ? 'root.path is relative to the bundle' : 'every layer must exist and be absolute',
    });
  }
  if (writable?.kind !== 'directories') return undefined;
  const missing = [writable.upper, writable.work].find((path) => !isDirectory(path));
  return missing === undefined
    ? undefined
    : problem(`"${missing}" is no directory`, { ...details, hint: 'make it, or name another' });
}

function lowerPointer(isRoot: boolean, pointer: string): string {
  if (pointer.startsWith('/mounts/')) return pointer;
  return isRoot ? '/root/path' : `/annotations/${LOWERDIRS}`;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    // What we may not see may be there.
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}

/** What the kernel calls EINVAL, in the order of likelihood. */
function explainInvalid(refused: RefusedOverlay, errno: number, details: ErrorDetails) {
  if (errno !== EINVAL) return undefined;
  const { lowers, writable, userxattr } = refused;
  if (writable?.kind === 'directories') {
    const reason = unfit(writable.upper);
    if (reason)
      return problem(`"${writable.upper}" is on ${reason}, which cannot hold the writable layer`, {
        ...details,
        hint: ELSEWHERE,
      });
    if (isDirectory(`${writable.work}/work/incompat/volatile`)) {
      return problem(`"${writable.work}" was last used by a volatile overlay, whose data may be incomplete`, {
        ...details,
        hint: `if what is in "${writable.upper}" is complete all the same: rm -r "${writable.work}/work/incompat"`,
      });
    }
  }
  for (const lower of userxattr ? lowers : []) {
    const below = mountsBelow(lower);
    if (below.length > 0) return locked(lower, below, details);
  }
  return undefined;
}

function locked(lower: string, below: readonly string[], details: ErrorDetails): RuntimeError {
  const shown = below.slice(0, 8).map((path) => `"${path}"`);
  const more = below.length > 8 ? ` and ${below.length - 8} more` : '';
  return problem(
    `the lower layer "${lower}" has mounts in it, locked in a user namespace: ${shown.join(', ')}${more}`,
    {
      ...details,
      hint: 'name directories without mounts as layers (an overlay for each, in mounts), or run as root: tsrun mounts it before it enters the user namespace then',
    },
  );
}

/** statfs(2) magic numbers. */
const UNFIT: ReadonlyMap<number, string> = new Map([
  [0x794c7630, 'an overlay itself'],
  [0x6969, 'NFS'],
  [0x01021997, '9p'],
  [0x5346544e, 'NTFS'],
  [0x4d44, 'FAT'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0xf15f, 'eCryptfs'],
]);

function unfit(path: string): string | undefined {
  try {
    return UNFIT.get(statfsSync(path).type);
  } catch {
    return undefined;
  }
}

function explainSimple(
  errno: number,
  details: ErrorDetails,
  { writable }: RefusedOverlay,
): RuntimeError | undefined {
  const directories = writable?.kind === 'directories' ? writable : undefined;
  switch (errno) {
    case ENODEV:
      return problem('this kernel has no overlay file system', {
        ...details,
        hint: 'as root: modprobe overlay; or install fuse-overlayfs and open /dev/fuse to the user',
      });
    case EPERM:
      return problem('not permitted', {
        ...details,
        hint: 'in a user namespace it needs kernel 5.11, and a security module (AppArmor, SELinux) may forbid it; fuse-overlayfs needs neither',
      });
    case ELOOP:
      return problem(
        'layers overlap: one of the directories is inside another, or there are symlinks in a circle',
        {
          ...details,
          hint: 'the upper, work and lower directories must be apart from one another',
        },
      );
    case EBUSY:
      return problem(`"${directories?.upper ?? 'the upper directory'}" is in use by another overlay`, {
        ...details,
        hint: 'a directory serves one container at a time: name another with --overlay=dir=PATH',
      });
    case EACCES:
      return problem("the container's root may not enter a layer", {
        ...details,
        hint: 'every directory on the way to the layers must be open to the id that is 0 in linux.uidMappings',
      });
    case ENOSPC:
      return problem('no space left for the writable layer', { ...details, hint: ELSEWHERE });
    default:
      return undefined;
  }
}
