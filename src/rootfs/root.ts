/** The container's root: taken as a mount of its own, made `/` by pivot_root(2), its final attributes. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, Failure, FdArg } from '../kernel/call.ts';
import { chdir, close, fchdir, openat } from '../kernel/calls/file.ts';
import {
  cloneTree,
  mountPropagation,
  mountSetattr,
  moveMount,
  pivotRoot,
  umountDetach,
} from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH, O_RDONLY } from '../kernel/constants/file.ts';
import * as M from '../kernel/constants/mount.ts';
import { describeErrno, EACCES, EINVAL, ENOENT, errnoName } from '../kernel/errno.ts';
import type { RootfsPropagation } from '../spec/types.ts';

/** Nothing that is mounted from here on reaches the host. */
export function detachPropagation(propagation: RootfsPropagation | undefined): Step {
  const isPrivate = propagation === 'private' || propagation === 'rprivate';
  const name = 'cut the propagation of mounts to the host';
  const calls = [mountPropagation('/', M.MS_REC | (isPrivate ? M.MS_PRIVATE : M.MS_SLAVE))];
  return step('init', name, '/linux/rootfsPropagation', calls, inChroot(name, 'mount'));
}

/** `rootfs` as a mount of its own: its tree, attached where it stands. */
export function bindRoot(rootfs: string): { readonly tree: Call; readonly steps: readonly Step[] } {
  const tree = cloneTree(AT_FDCWD, rootfs, { recursive: true });
  return {
    tree,
    steps: [
      step('init', `open the root "${rootfs}"`, '/root/path', [tree], noRootfs(rootfs)),
      attachRoot(tree, rootfs),
    ],
  };
}

/**
 * pivot_root(2) wants the new root to be a mount point: it is attached at `place`, any directory of the host.
 *
 * @param elsewhere taken where the container's root may not go to `place`
 */
export function attachRoot(tree: Call, place: string, elsewhere?: string): Step {
  const target = openat(AT_FDCWD, place, O_PATH | O_DIRECTORY);
  const calls = [target, moveMount(tree, target), close(target)];
  return step('init', `attach the root at "${place}"`, '/root/path', calls, {
    recover: (failure) =>
      failure.errno === EACCES && elsewhere ? [attachRoot(tree, elsewhere)] : explainRootfs(place, failure),
  });
}

function noRootfs(path: string) {
  return { recover: (failure: Failure) => explainRootfs(path, failure) };
}

const REASONS: ReadonlyMap<number, readonly [because: string, hint: string]> = new Map([
  [
    ENOENT,
    ['no such file or directory', 'root.path is relative to the bundle, the directory of config.json'],
  ],
  [
    EACCES,
    [
      "the container's root may not go there",
      'open every directory on the way to the id that is 0 in linux.uidMappings, or use an overlay root: --overlay=disk',
    ],
  ],
]);

function explainRootfs(path: string, { call: failed, errno }: Failure): RuntimeError | undefined {
  const [because, hint] = REASONS.get(errno) ?? [];
  if (because === undefined) return undefined;
  return new RuntimeError('bundle', `invalid rootfs: "${path}": ${because}`, {
    pointer: '/root/path',
    call: failed.name,
    errno: errnoName(errno),
    ...(hint === undefined ? {} : { hint }),
  });
}

export function readonlyRoot(root: FdArg): Step {
  return step('init', 'make the root read-only', '/root/readonly', [
    mountSetattr(root, { set: M.MOUNT_ATTR_RDONLY }, { recursive: false }),
  ]);
}

/**
 * Changes the root. The old one is stacked under the new one for a moment (`pivot_root(".", ".")`), so that no
 * directory for it is needed; it is made a slave first so that its unmounting does not reach the host.
 */
export function pivot(root: FdArg): Step {
  const old = openat(AT_FDCWD, '/', O_RDONLY | O_DIRECTORY);
  const name = 'change the root';
  const calls = [
    ...[old, fchdir(root), pivotRoot('.', '.'), fchdir(old)],
    ...[mountPropagation('.', M.MS_SLAVE | M.MS_REC), umountDetach('.')],
    ...[chdir('/'), close(old), close(root)],
  ];
  return step('init', name, '/root', calls, inChroot(name, 'pivot_root'));
}

/** Where "/" is no mount point, mount(2) and pivot_root(2) refuse it; the latter the initial ramdisk, too. */
function inChroot(name: string, refused: 'mount' | 'pivot_root') {
  const because = refused === 'mount' ? '"/" is a chroot' : '"/" is a chroot, or a ramdisk';
  const leave =
    'enter it with pivot_root(8), after "mount --rbind DIRECTORY DIRECTORY", and not with chroot(8)';
  const hint = refused === 'mount' ? leave : `${leave}; on a ramdisk, use --no-pivot`;
  return {
    recover: ({ call, errno }: Failure) =>
      errno === EINVAL && call.name === refused
        ? new RuntimeError('system', `cannot ${name}: ${refused}: ${describeErrno(errno)}: ${because}`, {
            hint,
          })
        : undefined,
  };
}

const propagationFlags: Readonly<Record<string, number>> = {
  shared: M.MS_SHARED,
  slave: M.MS_SLAVE,
  private: M.MS_PRIVATE,
  unbindable: M.MS_UNBINDABLE,
};

/** linux.rootfsPropagation, once the root is `/`. */
export function rootPropagation(propagation: RootfsPropagation): Step {
  const recursive = propagation.startsWith('r');
  const type = propagationFlags[recursive ? propagation.slice(1) : propagation] ?? 0;
  return step('init', `make the root ${propagation}`, '/linux/rootfsPropagation', [
    mountPropagation('/', type | (recursive ? M.MS_REC : 0)),
  ]);
}
