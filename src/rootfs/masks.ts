/**
 * linux.maskedPaths and linux.readonlyPaths. What is missing is left out. A directory is covered by an empty
 * read-only tmpfs, anything else by the host's /dev/null, which is verified first (CVE-2025-31133).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, tolerate } from '../kernel/call.ts';
import { close, openat, openInRoot, statx } from '../kernel/calls/file.ts';
import { cloneTree, mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH } from '../kernel/constants/file.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { EINVAL, ENOENT, ENOTDIR } from '../kernel/errno.ts';
import { decodeStatx, isCharacterDevice } from '../kernel/statx.ts';
import { emptyDirectory } from './empty-directory.ts';

/** To be executed while the host's mounts are still there, that is before the pivot. */
export function maskSteps(root: FdArg, paths: readonly string[], label?: string): readonly Step[] {
  if (paths.length === 0) return [];
  const unique = [...new Set(paths)];
  const nullDevice = openat(AT_FDCWD, '/dev/null', O_PATH);
  const status = statx(nullDevice, '');
  const { calls, tree } = emptyDirectory(label);
  const place = openat(AT_FDCWD, '/proc', O_PATH | O_DIRECTORY);
  const verify = step('init', 'open the host\'s "/dev/null"', '/linux/maskedPaths', [nullDevice, status], {
    observe: (results) => {
      if (!isCharacterDevice(decodeStatx(results.bytes(status)), 1, 3)) fail();
    },
  });
  return [
    verify,
    step('init', 'make an empty directory to mask with', '/linux/maskedPaths', [
      // A detached mount can be copied since 6.15 only. The host's /proc is not needed any more in here.
      ...[...calls, place, moveMount(tree, place), close(place)],
    ]),
    ...unique.map((path) =>
      step(
        'init',
        `mask "${path}"`,
        `/linux/maskedPaths/${paths.indexOf(path)}`,
        mask(root, path, nullDevice, tree),
      ),
    ),
    step('init', 'close what was masked with', '/linux/maskedPaths', [close(tree), close(nullDevice)]),
  ];
}

function fail(): never {
  throw new RuntimeError('system', '"/dev/null" of the host is not the null device (1:3)', {
    hint: 'without it no path can be masked safely; recreate it: rm /dev/null; mknod -m 666 /dev/null c 1 3',
  });
}

/** Where the path is a directory, the first half acts; where it is not, the second: the other one is skipped. */
function mask(root: FdArg, path: string, nullDevice: Call, empty: Call): Call[] {
  const directory = tolerate(openInRoot(root, path, O_DIRECTORY), ENOENT, ENOTDIR);
  const cover = cloneTree(empty, '', { recursive: false });
  const file = tolerate(openInRoot(root, path), ENOENT, ENOTDIR);
  const nothing = cloneTree(nullDevice, '', { recursive: false });
  return [
    ...[directory, cover, moveMount(cover, directory), close(directory), close(cover)],
    // On a directory this is EINVAL: a file cannot be mounted there.
    ...[file, nothing, tolerate(moveMount(nothing, file), EINVAL, ENOTDIR), close(file), close(nothing)],
  ];
}

export function readonlySteps(root: FdArg, paths: readonly string[]): readonly Step[] {
  return paths.map((path, index) => {
    const target = tolerate(openInRoot(root, path), ENOENT, ENOTDIR);
    const tree = cloneTree(target, '', { recursive: true });
    const readonly = mountSetattr(tree, { set: MOUNT_ATTR_RDONLY }, { recursive: false });
    return step('init', `make "${path}" read-only`, `/linux/readonlyPaths/${index}`, [
      ...[target, tree, readonly, moveMount(tree, target), close(tree), close(target)],
    ]);
  });
}
