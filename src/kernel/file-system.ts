/** Files by system calls, with the names and the errors of node:fs, which the executable does not have. */
import { concatBytes, decodeLatin1, decodeUtf8, encodeUtf8 } from './bytes.ts';
import { type Call, call, type Out, tolerate } from './call.ts';
import {
  close,
  faccessat2,
  fchmodat,
  getdents64,
  mkdirat,
  openat,
  read,
  readlinkat,
  renameat2,
  statx,
  unlinkat,
  write,
} from './calls/file.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  F_OK,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  X_OK,
} from './constants/file.ts';
import { type Dirent, decodeDirents } from './dirents.ts';
import { describeErrno, EEXIST, EFBIG, EINTR, EISDIR, ENOENT, ENOTDIR } from './errno.ts';
import { attempt, isTolerated } from './local.ts';
import { Stats } from './stats.ts';
import { decodeStatx } from './statx.ts';

/** Well below the memory for the arguments of a call. */
const CHUNK = 64 * 1024;

/** As node:fs throws it, in the same words: `ENOENT: no such file or directory, open '/x'`. */
class FileSystemError extends Error {
  /** The errno's name. */
  readonly code: string;
  /** Negative. */
  readonly errno: number;
  readonly syscall: string;
  readonly path: string | undefined;

  constructor(errno: number, { name }: Call, path?: string) {
    const [code = '', meaning = ''] = describeErrno(errno).split(/ \(|\)/);
    const syscall = name.replace(/at2?$/, '');
    super(`${code}: ${meaning}, ${syscall}${path === undefined ? '' : ` '${path}'`}`);
    this.code = code;
    this.errno = -errno;
    this.syscall = syscall;
    this.path = path;
  }
}

/** Executes it until no signal interrupts it. */
function perform(call: Call, path?: string, outs?: Map<Out, Uint8Array>): number {
  let result = attempt(call, undefined, outs);
  while (result === -EINTR) result = attempt(call, undefined, outs);
  if (result < 0 && !isTolerated(call, -result)) throw new FileSystemError(-result, call, path);
  return result;
}

/** What the call has filled in, as far as it has. */
function bytesOf(call: Call, path?: string): Uint8Array {
  const outs = new Map<Out, Uint8Array>();
  const length = perform(call, path, outs);
  return (outs.get(call.out as Out) as Uint8Array).subarray(0, length);
}

/** @param flags `O_*`; close-on-exec is added */
export function openSync(path: string, flags: number, mode = 0o666): number {
  return perform(openat(AT_FDCWD, path, flags, mode), path);
}

export function closeSync(fd: number): void {
  perform(close(fd));
}

interface Reading {
  /** Bytes. */
  readonly most?: number;
  /** What is shorter than what was asked for is the last: nothing is made or sent meanwhile. */
  readonly inOnePiece?: boolean;
}

/**
 * For a file that the kernel makes as one piece, as it does most of those in /proc and in cgroups: its end is not looked
 * for. Those with a piece for each line are not read like this: mountinfo, cgroup.procs, uid_map.
 */
export const IN_ONE_PIECE: Reading = { inOnePiece: true };

export function readFileSync(path: string, encoding: 'utf8' | 'latin1', reading?: Reading): string {
  return decode(readToTheEnd(openSync(path, O_RDONLY), path, reading), encoding);
}

/** The file's text; undefined if it cannot be opened. */
export function readIfThere(
  path: string,
  encoding: 'utf8' | 'latin1',
  reading?: Reading,
): string | undefined {
  const fd = attempt(openat(AT_FDCWD, path, O_RDONLY));
  return fd < 0 ? undefined : decode(readToTheEnd(fd, path, reading), encoding);
}

export function readBytesSync(path: string): Uint8Array {
  return readToTheEnd(openSync(path, O_RDONLY), path);
}

/** Reads an open file and closes it. @throws `EFBIG` if there are more than `most` bytes */
export function readToTheEnd(fd: number, path: string, reading: Reading = {}): Uint8Array {
  const { most = Number.POSITIVE_INFINITY, inOnePiece = false } = reading;
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const call = read(fd, CHUNK);
      const part = bytesOf(call, path);
      if (part.length === 0) break;
      parts.push(part);
      length += part.length;
      if (length > most) throw new FileSystemError(EFBIG, call, path);
      if (inOnePiece && part.length < CHUNK) break;
    }
  } finally {
    closeSync(fd);
  }
  const [first = new Uint8Array()] = parts;
  return parts.length < 2 ? first : concatBytes(parts);
}

function decode(bytes: Uint8Array, encoding: 'utf8' | 'latin1'): string {
  return encoding === 'utf8' ? decodeUtf8(bytes) : decodeLatin1(bytes);
}

/** @returns how many bytes were written, which may be less than all */
export function writeSync(fd: number, data: string | Uint8Array, offset = 0): number {
  const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
  return perform(write(fd, bytes.subarray(offset, offset + CHUNK)));
}

/** Makes the file, or empties it. */
export function writeFileSync(path: string, data: string | Uint8Array, { mode = 0o666 } = {}): void {
  writeAndClose(openSync(path, O_WRONLY | O_CREAT | O_TRUNC, mode), data);
}

/** Writes to a file that is there already, such as the kernel's own. */
export function overwriteSync(path: string, data: string): void {
  writeAndClose(openSync(path, O_WRONLY), data);
}

/** Writes all of it to an open file. */
export function writeAndClose(fd: number, data: string | Uint8Array): void {
  try {
    const bytes = typeof data === 'string' ? encodeUtf8(data) : data;
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset);
  } finally {
    closeSync(fd);
  }
}

export function existsSync(path: string): boolean {
  return attempt(faccessat2(AT_FDCWD, path, F_OK)) === 0;
}

/** @param mode `R_OK`, `W_OK`, `X_OK` together */
export function mayAccess(path: string, mode: number): boolean {
  return accessErrno(path, mode) === 0;
}

/** What stands against it, 0 for nothing. */
export function accessErrno(path: string, mode: number): number {
  return -attempt(faccessat2(AT_FDCWD, path, mode));
}

/** Whether this process may execute it; a directory, enter it. */
export function isExecutable(path: string): boolean {
  return mayAccess(path, X_OK);
}

/** @returns undefined where nothing is there */
export function statSync(path: string): Stats | undefined {
  return statusOf(path, 0);
}

/** The same, of a symbolic link itself. */
export function lstatSync(path: string): Stats | undefined {
  return statusOf(path, AT_SYMLINK_NOFOLLOW);
}

function statusOf(path: string, flags: number): Stats | undefined {
  const outs = new Map<Out, Uint8Array>();
  const look = tolerate(statx(AT_FDCWD, path, flags), ENOENT, ENOTDIR);
  if (perform(look, path, outs) < 0) return undefined;
  return new Stats(decodeStatx(outs.get(look.out as Out) as Uint8Array));
}

export function fstatSync(fd: number): Stats {
  const outs = new Map<Out, Uint8Array>();
  const look = statx(fd, '', AT_EMPTY_PATH);
  perform(look, undefined, outs);
  return new Stats(decodeStatx(outs.get(look.out as Out) as Uint8Array));
}

/** With `recursive`, what is missing on the way too, and what is there already is no error. */
export function mkdirSync(path: string, { mode = 0o777, recursive = false } = {}): void {
  const make = mkdirat(AT_FDCWD, path, mode);
  if (!recursive) {
    perform(make, path);
    return;
  }
  const result = perform(tolerate(make, ENOENT, EEXIST), path);
  if (result !== -ENOENT) return;
  const end = path.lastIndexOf('/');
  if (end <= 0) throw new FileSystemError(ENOENT, make, path);
  mkdirSync(path.slice(0, end), { mode, recursive });
  mkdirSync(path, { mode, recursive });
}

export function chmodSync(path: string, mode: number): void {
  perform(fchmodat(AT_FDCWD, path, mode), path);
}

export function chownSync(path: string, uid: number, gid: number): void {
  perform(call('fchownat', AT_FDCWD, path, uid, gid, 0), path);
}

export function renameSync(from: string, to: string): void {
  perform(renameat2(AT_FDCWD, from, AT_FDCWD, to), from);
}

export function unlinkSync(path: string): void {
  perform(unlinkat(AT_FDCWD, path), path);
}

export function rmdirSync(path: string): void {
  perform(unlinkat(AT_FDCWD, path, AT_REMOVEDIR), path);
}

export function readlinkSync(path: string): string {
  return decodeUtf8(bytesOf(readlinkat(AT_FDCWD, path), path));
}

/** Names, in no order. */
export function readdirSync(path: string): string[] {
  return entriesOf(path).map(nameOf);
}

/** Names of the directories in it, in no order; symbolic links are none. */
export function subdirectoriesSync(path: string): string[] {
  return entriesOf(path)
    .filter(({ isDirectory }) => isDirectory)
    .map(nameOf);
}

function nameOf({ bytes }: Dirent): string {
  return decodeUtf8(bytes.subarray(0, -1));
}

function entriesOf(path: string): Dirent[] {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const entries: Dirent[] = [];
    for (;;) {
      const part = bytesOf(getdents64(fd, CHUNK), path);
      if (part.length === 0) return entries;
      for (const entry of decodeDirents(part)) entries.push(entry);
    }
  } finally {
    closeSync(fd);
  }
}

/**
 * Removes a file or a tree; symbolic links are not followed. What somebody else has removed by then is no error.
 *
 * @throws `ENOTEMPTY` where somebody has put something in meanwhile
 */
export function removeTree(path: string): void {
  const result = perform(tolerate(unlinkat(AT_FDCWD, path), ENOENT, EISDIR), path);
  if (result !== -EISDIR) return;
  for (const name of namesIfThere(path)) removeTree(`${path}/${name}`);
  perform(tolerate(unlinkat(AT_FDCWD, path, AT_REMOVEDIR), ENOENT), path);
}

function namesIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error instanceof FileSystemError && error.code === 'ENOENT') return [];
    throw error;
  }
}
