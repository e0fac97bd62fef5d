/** errno(3): numbers, names and the C library's words for them. The numbers are the same on x86-64 and aarch64. */

// biome-ignore format: a table
const table: readonly (readonly [number, string, string])[] = [
  [1, 'EPERM', 'operation not permitted'], [2, 'ENOENT', 'no such file or directory'],
  [3, 'ESRCH', 'no such process'], [4, 'EINTR', 'interrupted system call'], [5, 'EIO', 'input/output error'],
  [6, 'ENXIO', 'no such device or address'], [7, 'E2BIG', 'argument list too long'],
  [8, 'ENOEXEC', 'exec format error'], [9, 'EBADF', 'bad file descriptor'], [10, 'ECHILD', 'no child processes'],
  [11, 'EAGAIN', 'resource temporarily unavailable'], [12, 'ENOMEM', 'cannot allocate memory'],
  [13, 'EACCES', 'permission denied'], [14, 'EFAULT', 'bad address'], [15, 'ENOTBLK', 'block device required'],
  [16, 'EBUSY', 'device or resource busy'], [17, 'EEXIST', 'file exists'], [18, 'EXDEV', 'invalid cross-device link'],
  [19, 'ENODEV', 'no such device'], [20, 'ENOTDIR', 'not a directory'], [21, 'EISDIR', 'is a directory'],
  [22, 'EINVAL', 'invalid argument'], [23, 'ENFILE', 'too many open files in system'],
  [24, 'EMFILE', 'too many open files'], [25, 'ENOTTY', 'inappropriate ioctl for device'],
  [26, 'ETXTBSY', 'text file busy'], [27, 'EFBIG', 'file too large'], [28, 'ENOSPC', 'no space left on device'],
  [29, 'ESPIPE', 'illegal seek'], [30, 'EROFS', 'read-only file system'], [31, 'EMLINK', 'too many links'],
  [32, 'EPIPE', 'broken pipe'], [33, 'EDOM', 'numerical argument out of domain'],
  [34, 'ERANGE', 'numerical result out of range'],
  [36, 'ENAMETOOLONG', 'file name too long'], [38, 'ENOSYS', 'function not implemented'],
  [39, 'ENOTEMPTY', 'directory not empty'], [40, 'ELOOP', 'too many levels of symbolic links'],
  [61, 'ENODATA', 'no data available'], [62, 'ETIME', 'timer expired'],
  [71, 'EPROTO', 'protocol error'], [75, 'EOVERFLOW', 'value too large for defined data type'],
  [80, 'ELIBBAD', 'accessing a corrupted shared library'], [87, 'EUSERS', 'too many users'],
  [88, 'ENOTSOCK', 'socket operation on non-socket'],
  [90, 'EMSGSIZE', 'message too long'], [93, 'EPROTONOSUPPORT', 'protocol not supported'],
  [95, 'EOPNOTSUPP', 'operation not supported'], [97, 'EAFNOSUPPORT', 'address family not supported by protocol'],
  [98, 'EADDRINUSE', 'address already in use'], [104, 'ECONNRESET', 'connection reset by peer'],
  [105, 'ENOBUFS', 'no buffer space available'], [107, 'ENOTCONN', 'transport endpoint is not connected'],
  [110, 'ETIMEDOUT', 'connection timed out'], [111, 'ECONNREFUSED', 'connection refused'],
  [116, 'ESTALE', 'stale file handle'], [122, 'EDQUOT', 'disk quota exceeded'],
  [126, 'ENOKEY', 'required key not available'],
];

const rows = new Map<number, { readonly name: string; readonly meaning: string }>(
  table.map(([errno, name, meaning]) => [errno, { name, meaning }]),
);

/** Symbolic name of an errno; `errno 250` for one without a name here. */
export function errnoName(errno: number): string {
  return rows.get(errno)?.name ?? `errno ${errno}`;
}

/** `EPERM (operation not permitted)` */
export function describeErrno(errno: number): string {
  const row = rows.get(errno);
  return row ? `${row.name} (${row.meaning})` : `errno ${errno}`;
}

export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const ENXIO = 6;
export const E2BIG = 7;
export const EBADF = 9;
export const EAGAIN = 11;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const EXDEV = 18;
export const ENODEV = 19;
export const ENOTDIR = 20;
export const EISDIR = 21;
export const EINVAL = 22;
export const EFBIG = 27;
export const ENOSPC = 28;
export const EROFS = 30;
export const EPIPE = 32;
export const EDOM = 33;
export const ERANGE = 34;
export const ENAMETOOLONG = 36;
export const ENOSYS = 38;
export const ENOTEMPTY = 39;
export const ELOOP = 40;
export const EOVERFLOW = 75;
export const EOPNOTSUPP = 95;
export const ECONNREFUSED = 111;
export const ESTALE = 116;
