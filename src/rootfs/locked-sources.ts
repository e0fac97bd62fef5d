/**
 * Sources of bind mounts that root's stub has opened for a new user namespace. As they are, the container could take
 * away their flags (ro, nosuid, nodev …) and what covers a part of them: the kernel locks these only when mounts are
 * copied into a mount namespace of another user, mount_namespaces(7). So the stub attaches them, in a mount
 * namespace of its own, and the init opens them again in its copy of that: by its working directory, which the copy
 * translates, since it may not be able to go to any place of the host.
 */
import { type Step, step } from '../init/step.ts';
import { type Call, call } from '../kernel/call.ts';
import { chdir, close, fchdir, mkdirat, mknodat, openat } from '../kernel/calls/file.ts';
import { cloneTree, mountPropagation, moveMount } from '../kernel/calls/mount.ts';
import { unshare } from '../kernel/calls/namespace.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH, S_IFREG } from '../kernel/constants/file.ts';
import { MOVE_MOUNT_F_EMPTY_PATH, MS_REC, MS_SLAVE } from '../kernel/constants/mount.ts';
import { CLONE_NEWNS } from '../kernel/constants/process.ts';
import { newFilesystem } from './new-filesystem.ts';

export interface Source {
  /** The stub's detached mount. */
  readonly tree: Call;
  readonly isDirectory: boolean;
}

export interface LockedSources {
  /** Executed by the stub, when all trees are open. */
  readonly outside: readonly Step[];
  /** Executed by the init, before anything else is mounted. */
  readonly inside: readonly Step[];
  /** The mounts, by the keys of the sources. */
  readonly trees: ReadonlyMap<number, Call>;
}

const POINTER = '/mounts';

/** @param place a directory of the host that nothing is mounted from */
export function lockedSources(sources: ReadonlyMap<number, Source>, place: string): LockedSources {
  const attributes = { set: 0, clear: 0 };
  const tmpfs = newFilesystem('tmpfs', 'tsrun', { attributes, superblock: [], data: ['mode=0755'] });
  const target = openat(AT_FDCWD, place, O_PATH | O_DIRECTORY);
  const attached = [...sources].flatMap(([index, { tree, isDirectory }]) => [
    isDirectory
      ? mkdirat(tmpfs.tree, `${index}`, 0o700)
      : mknodat(tmpfs.tree, `${index}`, S_IFREG | 0o600, 0),
    call('move_mount', tree, '', tmpfs.tree, `${index}`, MOVE_MOUNT_F_EMPTY_PATH),
    close(tree),
  ]);
  const trees = new Map(
    [...sources.keys()].map((index) => [index, cloneTree(AT_FDCWD, `${index}`, { recursive: true })]),
  );
  return {
    trees,
    outside: [
      step('stub', 'attach the sources of bind mounts where they will be locked', POINTER, [
        ...[unshare(CLONE_NEWNS), mountPropagation('/', MS_REC | MS_SLAVE)],
        ...[...tmpfs.calls, target, moveMount(tmpfs.tree, target), close(target)],
        ...[...attached, fchdir(tmpfs.tree), close(tmpfs.tree)],
      ]),
    ],
    inside: [
      step('init', 'open the locked sources of bind mounts', POINTER, [...trees.values(), chdir('/')]),
    ],
  };
}
