/** What the kernel calls EINVAL when it mounts an overlay, in the order of likelihood. */
import { existsSync } from '../../kernel/file-system.ts';
import { filesystemType } from '../../kernel/opened-path.ts';
import type { Reason, RefusedOverlay, WritableDirectories } from './explain.ts';
import { mountsBelow } from './mounts-below.ts';

/** @param elsewhere a hint: where else the writable layer could be */
export function explainInvalid(refused: RefusedOverlay, elsewhere: string): Reason | undefined {
  const { lowers, writable, userxattr } = refused;
  const covered = userxattr ? lowers.find((lower) => mountsBelow(lower).length > 0) : undefined;
  if (covered !== undefined) return lockedMounts(covered);
  return writable?.kind === 'directories' ? unfitDirectories(writable, elsewhere) : undefined;
}

const SHOWN = 8;

function lockedMounts(lower: string): Reason {
  const below = mountsBelow(lower);
  const names = below.slice(0, SHOWN).map((path) => `"${path}"`);
  const more = below.length > SHOWN ? ` and ${below.length - SHOWN} more` : '';
  return {
    because: `the lower layer "${lower}" has mounts in it, locked in a user namespace: ${names.join(', ')}${more}`,
    hint: 'use directories without mounts in them (one overlay each, in mounts); or run as root, whose overlay is mounted before the user namespace is entered',
  };
}

function unfitDirectories({ upper, work }: WritableDirectories, elsewhere: string): Reason | undefined {
  const reason = unfitFilesystem(upper);
  if (reason)
    return { because: `"${upper}" is on ${reason}, which cannot hold a writable layer`, hint: elsewhere };
  if (!existsSync(`${work}/work/incompat/volatile`)) return undefined;
  return {
    because: `"${work}" was last used by a volatile overlay, whose data may be incomplete`,
    hint: `if what is in "${upper}" is complete all the same: rm -r "${work}/work/incompat"`,
  };
}

/** statfs(2) magic numbers. */
const UNFIT: ReadonlyMap<number, string> = new Map([
  [0x794c7630, 'an overlay itself'],
  [0x6969, 'NFS'],
  [0x01021997, '9p'],
  [0x4d44, 'FAT'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0xf15f, 'eCryptfs'],
]);

function unfitFilesystem(path: string): string | undefined {
  try {
    return UNFIT.get(filesystemType(path));
  } catch {
    return undefined;
  }
}
