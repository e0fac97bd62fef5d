/**
 * What stands in for a sysfs of the container's own, which a user namespace may mount only together with a network
 * namespace of its own: the host's, read-only with all that is mounted below, and without its cgroups
 * (CVE-2023-25809).
 */
import { type Step, step } from '../init/step.ts';
import { type FdArg, tolerate } from '../kernel/call.ts';
import { close, openInRoot } from '../kernel/calls/file.ts';
import { cloneTree, mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY } from '../kernel/constants/file.ts';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_RDONLY,
} from '../kernel/constants/mount.ts';
import { ENOENT, ENOTDIR } from '../kernel/errno.ts';
import type { Mount } from '../spec/types.ts';
import { emptyDirectory } from './empty-directory.ts';
import type { MountRequest } from './mount-options.ts';
import { propagate } from './new-filesystem.ts';
import { openTrusted } from './target.ts';

const QUIET = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

export function hostSysfsSteps(
  { destination }: Mount,
  request: MountRequest,
  pointer: string,
  root: FdArg,
): readonly Step[] {
  const target = openTrusted(root, destination);
  const tree = cloneTree(AT_FDCWD, '/sys', { recursive: true });
  const cgroups = tolerate(openInRoot(root, `${destination}/fs/cgroup`, O_DIRECTORY), ENOENT, ENOTDIR);
  const empty = emptyDirectory();
  return [
    step('init', `bind the host's "/sys" at "${destination}"`, pointer, [
      ...[target, tree, mountSetattr(tree, { set: QUIET }, { recursive: true })],
      ...[moveMount(tree, target), ...propagate(tree, request), close(tree), close(target)],
    ]),
    step('init', `mask "${destination}/fs/cgroup"`, pointer, [
      ...[cgroups, ...empty.calls, moveMount(empty.tree, cgroups), close(empty.tree), close(cgroups)],
    ]),
  ];
}
