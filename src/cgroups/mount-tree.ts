/** One hierarchy as the container sees it: the calls that make a detached mount of it. */
import { type CgroupHierarchy, ownDirectory } from '../host/cgroups.ts';
import type { Call } from '../kernel/call.ts';
import { close, openat } from '../kernel/calls/file.ts';
import {
  cloneTree,
  fsconfigCreate,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
  mountSetattr,
} from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_PATH } from '../kernel/constants/file.ts';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
} from '../kernel/constants/mount.ts';
import type { MountRequest } from '../rootfs/mount-options.ts';
import type { CgroupDirectory } from './paths.ts';

export interface CgroupTree {
  readonly calls: readonly Call[];
  /** The detached mount. */
  readonly tree: Call;
}

/** What runc gives every one of these mounts. */
export const ALWAYS = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

/**
 * The container's own directory. Where it has none, the one it was started in, which is somebody else's: the
 * container must not write there (CVE-2023-25809).
 */
export function bindOwn(
  hierarchy: CgroupHierarchy,
  directory: CgroupDirectory | undefined,
  { attributes: { set, clear } }: MountRequest,
): CgroupTree {
  const tree = cloneTree(AT_FDCWD, directory?.path ?? ownDirectory(hierarchy), { recursive: false });
  const change = directory
    ? { set, clear }
    : { set: set | MOUNT_ATTR_RDONLY, clear: clear & ~MOUNT_ATTR_RDONLY };
  const isNeeded = change.set !== 0 || change.clear !== 0;
  return { calls: [tree, ...(isNeeded ? [mountSetattr(tree, change, { recursive: false })] : [])], tree };
}

/** A new mount, whose root is that of the cgroup namespace. */
export function mountNew(
  hierarchy: CgroupHierarchy,
  directory: CgroupDirectory | undefined,
  { attributes: { set } }: MountRequest,
): CgroupTree {
  const isUnified = hierarchy.version === 2;
  const fs = fsopen(isUnified ? 'cgroup2' : 'cgroup');
  const asked = isUnified ? set : ALWAYS | (set & MOUNT_ATTR_RDONLY);
  const tree = fsmount(fs, directory ? asked : asked | MOUNT_ATTR_RDONLY);
  const parameters = hierarchy.controllers.map((controller) => parameter(fs, controller));
  const source = hierarchy.controllers.includes('name=systemd') ? 'systemd' : 'cgroup';
  const create = [fsconfigString(fs, 'source', source), ...parameters, fsconfigCreate(fs)];
  return { calls: [...(directory ? proveThere(directory) : []), fs, ...create, tree, close(fs)], tree };
}

/** Fails where the container did not get its cgroup, so that the mount is not of somebody else's. */
function proveThere({ path }: CgroupDirectory): Call[] {
  const directory = openat(AT_FDCWD, path, O_PATH);
  return [directory, close(directory)];
}

function parameter(fs: Call, controller: string): Call {
  const [name = '', value] = controller.split('=');
  return value === undefined ? fsconfigFlag(fs, name) : fsconfigString(fs, name, value);
}
