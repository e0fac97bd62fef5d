/** Calls on files and directories. */
import { encodeUtf8 } from '../bytes.ts';
import { type Call, call, callWithOut, countedOut, type FdArg, out, words } from '../call.ts';
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  CLOSE_RANGE_CLOEXEC,
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  STATX_BASIC_STATS,
  STATX_SIZE,
} from '../constants/file.ts';

/** A string, or the bytes of a name that may be no text, with the NUL at their end. */
export type Path = string | Uint8Array;

export function openat(dirfd: FdArg, path: Path, flags: number, mode = 0): Call {
  return call('openat', dirfd, path, flags | O_CLOEXEC, mode);
}

/** openat2(2), kernel 5.6. */
export function openat2(dirfd: FdArg, path: string, flags: number, resolve: number, mode = 0): Call {
  return call('openat2', dirfd, path, words(flags | O_CLOEXEC, mode, resolve), 24);
}

/** A handle on `path` as the container will see it: symlinks stay below `root`. */
export function openInRoot(root: FdArg, path: string, flags = 0): Call {
  return openat2(root, path, O_PATH | flags, RESOLVE_IN_ROOT);
}

export function close(fd: FdArg): Call {
  return call('close', fd);
}

export function closeRangeCloexec(first: number, last = 0xffffffff): Call {
  return call('close_range', first, last, CLOSE_RANGE_CLOEXEC);
}

/** The duplicate is not close-on-exec unless flags say so. */
export function dup3(fd: FdArg, to: number, flags = 0): Call {
  return call('dup3', fd, to, flags);
}

export function fcntl(fd: FdArg, command: number, argument: number): Call {
  return call('fcntl', fd, command, argument);
}

export function read(fd: FdArg, size: number): Call {
  const memory = countedOut(size);
  return callWithOut('read', memory, fd, memory, size);
}

export function write(fd: FdArg, data: string | Uint8Array): Call {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  return call('write', fd, bytes, bytes.length);
}

/** Copies from where the input is to where the output is; at most 2 GiB at a time. */
export function sendfile(output: FdArg, input: FdArg, count: number): Call {
  return call('sendfile', output, input, 0, count);
}

/** @param whence SEEK_SET; SEEK_DATA and SEEK_HOLE find the next byte that is in a hole of a sparse file, or not in one */
export function lseek(fd: FdArg, offset: number | bigint | Call, whence: number): Call {
  return call('lseek', fd, offset, whence);
}

export function ftruncate(fd: FdArg, size: number | bigint): Call {
  return call('ftruncate', fd, size);
}

/** Names with a NUL behind each; how many bytes they take, with a size of 0. */
export function flistxattr(fd: FdArg, size: number): Call {
  const memory = countedOut(size);
  return callWithOut('flistxattr', memory, fd, memory, size);
}

export function fgetxattr(fd: FdArg, name: Path, size: number): Call {
  const memory = countedOut(size);
  return callWithOut('fgetxattr', memory, fd, name, memory, size);
}

export function fsetxattr(fd: FdArg, name: Path, value: Uint8Array): Call {
  return call('fsetxattr', fd, name, value, value.length, 0);
}

/** Leaves the file's position where it is. */
export function pwrite64(fd: FdArg, data: Uint8Array, offset: number): Call {
  return call('pwrite64', fd, data, data.length, offset);
}

/** The answer is two 32-bit descriptors: the end to read from and the one to write to. */
export function pipe2(): Call {
  const ends = out(8);
  return callWithOut('pipe2', ends, ends, O_CLOEXEC);
}

export function mkdirat(dirfd: FdArg, path: Path, mode: number): Call {
  return call('mkdirat', dirfd, path, mode);
}

/** @param device as makedev(3) encodes it */
export function mknodat(dirfd: FdArg, path: Path, mode: number, device: number): Call {
  return call('mknodat', dirfd, path, mode, device);
}

export function symlinkat(target: Path, dirfd: FdArg, path: Path): Call {
  return call('symlinkat', target, dirfd, path);
}

export function unlinkat(dirfd: FdArg, path: Path, flags = 0): Call {
  return call('unlinkat', dirfd, path, flags);
}

export function renameat2(fromDirfd: FdArg, from: string, toDirfd: FdArg, to: string, flags = 0): Call {
  return call('renameat2', fromDirfd, from, toDirfd, to, flags);
}

/** The answer is the target, without a NUL. */
export function readlinkat(dirfd: FdArg, path: Path, size = 4096): Call {
  const memory = countedOut(size);
  return callWithOut('readlinkat', memory, dirfd, path, memory, size);
}

export function fchmodat(dirfd: FdArg, path: Path, mode: number): Call {
  return call('fchmodat', dirfd, path, mode);
}

export function fchmod(fd: FdArg, mode: number): Call {
  return call('fchmod', fd, mode);
}

export function fchown(fd: FdArg, uid: number, gid: number): Call {
  return call('fchown', fd, uid, gid);
}

/** Works on an `O_PATH` descriptor, which fchown(2) does not. */
export function fchownat(dirfd: FdArg, path: Path, uid: number, gid: number): Call {
  return call('fchownat', dirfd, path, uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
}

/** Checks with the file system ids, see setfsuid(2); kernel 5.8. */
export function faccessat2(dirfd: FdArg, path: string, mode: number): Call {
  return call('faccessat2', dirfd, path, mode, AT_EACCESS);
}

/** Read the answer with `decodeStatx`. */
export function statx(dirfd: FdArg, path: Path, flags = AT_EMPTY_PATH): Call {
  const memory = out(STATX_SIZE);
  return callWithOut('statx', memory, dirfd, path, flags, STATX_BASIC_STATS, memory);
}

export function getdents64(fd: FdArg, size: number): Call {
  const memory = countedOut(size);
  return callWithOut('getdents64', memory, fd, memory, size);
}

export function fstatfs(fd: FdArg): Call {
  const memory = out(120);
  return callWithOut('fstatfs', memory, fd, memory);
}

export function chdir(path: string): Call {
  return call('chdir', path);
}

export function fchdir(fd: FdArg): Call {
  return call('fchdir', fd);
}

export function getcwd(size = 4096): Call {
  const memory = out(size);
  return callWithOut('getcwd', memory, memory, size);
}

export function umask(mask: number): Call {
  return call('umask', mask);
}

/** @param argument a number, or memory that the kernel reads or fills in */
export function ioctl(fd: FdArg, request: number, argument: number | Uint8Array): Call {
  return call('ioctl', fd, request, argument);
}

export function ioctlOut(fd: FdArg, request: number, size: number): Call {
  const memory = out(size);
  return callWithOut('ioctl', memory, fd, request, memory);
}

export function flock(fd: FdArg, operation: number): Call {
  return call('flock', fd, operation);
}
