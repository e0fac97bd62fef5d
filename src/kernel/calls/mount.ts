/** The mount calls by file descriptor (kernel 5.2, `mount_setattr` 5.12), and pivot_root(2). */
import { type Call, call, callWithStruct, type FdArg, words } from '../call.ts';
import { AT_EMPTY_PATH, AT_RECURSIVE } from '../constants/file.ts';
import {
  FSCONFIG_CMD_CREATE,
  FSCONFIG_CMD_RECONFIGURE,
  FSCONFIG_SET_FD,
  FSCONFIG_SET_FLAG,
  FSCONFIG_SET_STRING,
  FSMOUNT_CLOEXEC,
  FSOPEN_CLOEXEC,
  FSPICK_CLOEXEC,
  FSPICK_EMPTY_PATH,
  MNT_DETACH,
  MOUNT_ATTR_IDMAP,
  MOVE_MOUNT_F_EMPTY_PATH,
  MOVE_MOUNT_T_EMPTY_PATH,
  OPEN_TREE_CLOEXEC,
  OPEN_TREE_CLONE,
} from '../constants/mount.ts';

export function fsopen(type: string): Call {
  return call('fsopen', type, FSOPEN_CLOEXEC);
}

export function fsconfigString(fs: FdArg, key: string, value: string | Uint8Array): Call {
  return call('fsconfig', fs, FSCONFIG_SET_STRING, key, value, 0);
}

export function fsconfigFd(fs: FdArg, key: string, fd: FdArg): Call {
  return call('fsconfig', fs, FSCONFIG_SET_FD, key, 0, fd);
}

export function fsconfigFlag(fs: FdArg, key: string): Call {
  return call('fsconfig', fs, FSCONFIG_SET_FLAG, key, 0, 0);
}

export function fsconfigCreate(fs: FdArg): Call {
  return call('fsconfig', fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
}

/** The filesystem that is mounted at `mount`, to be changed. */
export function fspick(mount: FdArg): Call {
  return call('fspick', mount, '', FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
}

export function fsconfigReconfigure(fs: FdArg): Call {
  return call('fsconfig', fs, FSCONFIG_CMD_RECONFIGURE, 0, 0, 0);
}

/** @returns a detached mount */
export function fsmount(fs: FdArg, attributes: number): Call {
  return call('fsmount', fs, FSMOUNT_CLOEXEC, attributes);
}

/**
 * A detached copy of the mount tree at `path` (bind mount); an empty path means `dirfd` itself.
 *
 * @param options `onlyAfter`: a call without which the copy is not wanted: where that one failed, this one is
 *   skipped. The kernel does not look at it.
 */
export function cloneTree(
  dirfd: FdArg,
  path: string,
  options: { readonly recursive: boolean; readonly onlyAfter?: Call },
): Call {
  const flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (path === '' ? AT_EMPTY_PATH : 0);
  const { recursive, onlyAfter } = options;
  const more = onlyAfter ? [onlyAfter] : [];
  return call('open_tree', dirfd, path, flags | (recursive ? AT_RECURSIVE : 0), ...more);
}

/** Attaches a detached mount, or moves one, onto what `target` refers to. */
export function moveMount(tree: FdArg, target: FdArg): Call {
  return call('move_mount', tree, '', target, '', MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

export interface MountAttributes {
  readonly set?: number;
  readonly clear?: number;
  /** `MS_SHARED` … */
  readonly propagation?: number;
}

export function mountSetattr(
  tree: FdArg,
  { set = 0, clear = 0, propagation = 0 }: MountAttributes,
  options: { readonly recursive: boolean },
): Call {
  const flags = AT_EMPTY_PATH | (options.recursive ? AT_RECURSIVE : 0);
  return call('mount_setattr', tree, '', flags, words(set, clear, propagation, 0), 32);
}

/** Maps the ids of a detached mount as those of the user namespace are mapped. */
export function mountIdMap(
  tree: FdArg,
  userNamespace: FdArg,
  options: { readonly recursive: boolean },
): Call {
  const flags = AT_EMPTY_PATH | (options.recursive ? AT_RECURSIVE : 0);
  const attributes = words(MOUNT_ATTR_IDMAP, 0, 0, userNamespace);
  return callWithStruct('mount_setattr', attributes, tree, '', flags, attributes, 32);
}

/** Changes the propagation type of the mounts at and below `path`, mount(2). */
export function mountPropagation(path: string, flags: number): Call {
  return call('mount', 0, path, 0, flags, 0);
}

export function pivotRoot(newRoot: string, putOld: string): Call {
  return call('pivot_root', newRoot, putOld);
}

export function chroot(path: string): Call {
  return call('chroot', path);
}

export function umountDetach(path: string): Call {
  return call('umount2', path, MNT_DETACH);
}
