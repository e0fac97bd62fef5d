/**
 * `--no-pivot`: for a root on the initial ramdisk, where pivot_root(2) is refused. The old root stays below, and who
 * leaves the chroot(2) reaches it.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { call, type FdArg } from '../kernel/call.ts';
import { chdir, close, fchdir } from '../kernel/calls/file.ts';
import { chroot, umountDetach } from '../kernel/calls/mount.ts';
import { MS_MOVE } from '../kernel/constants/mount.ts';
import { EINVAL, ENOENT, EPERM } from '../kernel/errno.ts';
import type { RootfsPropagation } from '../spec/types.ts';

/** @throws RuntimeError `config` as runc: without pivot_root(2), the old root would be in the same mount namespace */
export function refuseUnsafe(propagation: RootfsPropagation | undefined): void {
  if (propagation !== 'private' && propagation !== 'rprivate') return;
  throw new RuntimeError(
    'config',
    `linux.rootfsPropagation "${propagation}" is not safe without pivot_root(2)`,
    {
      pointer: '/linux/rootfsPropagation',
      hint: 'leave out --no-pivot, or make it "slave" or "rslave"',
    },
  );
}

/**
 * To be executed before anything is mounted on one of them: that would be unmounted instead.
 *
 * @param fullMounts of the host's procfs and sysfs: the kernel would let the container mount them anew, with nothing
 *   masked, as long as one that hides nothing can be reached
 */
export function hideMounts(rootfs: string, fullMounts: readonly string[]): readonly Step[] {
  return fullMounts.filter((path) => !path.startsWith(`${rootfs}/`)).map(hideMount);
}

export function moveRoot(root: FdArg): readonly Step[] {
  return [
    step('init', 'move the root over "/"', '/root', [
      fchdir(root),
      call('mount', '.', '/', 0, MS_MOVE, 0),
      ...[chroot('.'), chdir('/'), close(root)],
    ]),
  ];
}

/** Unmounted, or covered where that is not allowed. */
function hideMount(path: string): Step {
  const name = `hide the host's "${path}"`;
  return step('init', name, '', [umountDetach(path)], {
    recover: ({ errno }) => {
      // It was below one that is gone.
      if (errno === ENOENT) return [];
      if (errno !== EPERM && errno !== EINVAL) return undefined;
      return [step('init', name, '', [call('mount', 'tmpfs', path, 'tmpfs', 0, 0)])];
    },
  });
}
