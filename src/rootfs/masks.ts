/**
 * linux.maskedPaths and linux.readonlyPaths. What is missing is left out. A directory is covered by an empty
 * read-only tmpfs, anything else by the host's /dev/null, which is verified first (CVE-2025-31133).
 *
 * Whether a path is a directory is guessed from the host's, which has the same /proc and /sys; who guesses wrong
 * tries the other way. To try both at once would be to copy mounts that are not used, each of which costs the kernel
 * a grace period when it is closed.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, ignoreErrors, tolerate } from '../kernel/call.ts';
import { close, openat, openInRoot, statx } from '../kernel/calls/file.ts';
import { cloneTree, mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH } from '../kernel/constants/file.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { EINVAL, ENOENT, ENOTDIR } from '../kernel/errno.ts';
import { decodeStatx, isCharacterDevice } from '../kernel/statx.ts';
import { emptyDirectory } from './empty-directory.ts';

const POINTER = '/linux/maskedPaths';

export interface MaskContext {
  /** The root's mount. */
  readonly root: FdArg;
  /** Whether the host has a directory there; undefined where nothing is there. */
  readonly isDirectory: (path: string) => boolean | undefined;
  /** Of the empty directories, where SELinux is in force. */
  readonly label?: string | undefined;
}

/** To be executed while the host's mounts are still there, that is before the pivot. */
export function maskSteps(paths: readonly string[], context: MaskContext): readonly Step[] {
  if (paths.length === 0) return [];
  const unique = [...new Set(paths)];
  const isOnHost = (path: string) => path.startsWith('/proc/') || path.startsWith('/sys/');
  const directories = unique.filter((path) => isOnHost(path) && context.isDirectory(path) === true);
  const nullDevice = openat(AT_FDCWD, '/dev/null', O_PATH);
  const empty = emptyDirectory(context.label);
  const pointer = (path: string) => `${POINTER}/${paths.indexOf(path)}`;
  return [
    openNull(nullDevice),
    ...(directories.length > 0 ? [makeEmpty(empty)] : []),
    ...unique.map((path) =>
      directories.includes(path)
        ? maskDirectory(path, pointer(path), empty.tree, nullDevice, context)
        : maskFile(path, pointer(path), nullDevice, context),
    ),
    step('init', 'close what was masked with', POINTER, [
      ...(directories.length > 0 ? [close(empty.tree)] : []),
      close(nullDevice),
    ]),
  ];
}

function openNull(nullDevice: Call): Step {
  const status = statx(nullDevice, '');
  return step('init', 'open the host\'s "/dev/null"', POINTER, [nullDevice, status], {
    observe: (results) => {
      if (!isCharacterDevice(decodeStatx(results.bytes(status)), 1, 3)) fail();
    },
  });
}

function fail(): never {
  throw new RuntimeError('system', '"/dev/null" of the host is not the null device (1:3)', {
    hint: 'without it no path can be masked safely; recreate it: rm /dev/null; mknod -m 666 /dev/null c 1 3',
  });
}

function makeEmpty({ calls, tree }: ReturnType<typeof emptyDirectory>): Step {
  const place = openat(AT_FDCWD, '/proc', O_PATH | O_DIRECTORY);
  return step('init', 'make an empty directory to mask with', POINTER, [
    // A detached mount can be copied since 6.15 only. The host's /proc is not needed any more in here.
    ...[...calls, place, moveMount(tree, place), close(place)],
  ]);
}

/** @param nullDevice for what is no directory after all */
function maskDirectory(
  path: string,
  pointer: string,
  empty: Call,
  nullDevice: Call,
  context: MaskContext,
): Step {
  const target = tolerate(openInRoot(context.root, path, O_DIRECTORY), ENOENT);
  return step('init', `mask "${path}"`, pointer, cover(target, empty), {
    recover: ({ call, errno }) =>
      call === target && errno === ENOTDIR ? [maskFile(path, pointer, nullDevice, context)] : undefined,
  });
}

function maskFile(path: string, pointer: string, nullDevice: Call, { root, label }: MaskContext): Step {
  const target = tolerate(openInRoot(root, path), ENOENT, ENOTDIR);
  const calls = cover(target, nullDevice);
  const [, copy] = calls;
  return step('init', `mask "${path}"`, pointer, calls, {
    recover: ({ call, errno }) => {
      // A file cannot be mounted on a directory.
      if (call.name !== 'move_mount' || (errno !== EINVAL && errno !== ENOTDIR)) return undefined;
      const { calls: making, tree } = emptyDirectory(label);
      const closing = [tree, target, copy].map((opened) => ignoreErrors(close(opened)));
      return [step('init', `mask "${path}"`, pointer, [...making, moveMount(tree, target), ...closing])];
    },
  });
}

function cover(target: Call, original: Call) {
  const copy = cloneTree(original, '', { recursive: false, onlyAfter: target });
  return [target, copy, moveMount(copy, target), close(copy), close(target)] as const;
}

export function readonlySteps(root: FdArg, paths: readonly string[]): readonly Step[] {
  return [...new Set(paths)].map((path) => {
    const target = tolerate(openInRoot(root, path), ENOENT, ENOTDIR);
    const tree = cloneTree(target, '', { recursive: true });
    const readonly = mountSetattr(tree, { set: MOUNT_ATTR_RDONLY }, { recursive: false });
    return step('init', `make "${path}" read-only`, `/linux/readonlyPaths/${paths.indexOf(path)}`, [
      ...[target, tree, readonly, moveMount(tree, target), close(tree), close(target)],
    ]);
  });
}
