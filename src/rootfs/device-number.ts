/** Device numbers and kinds of nodes: makedev(3), mknod(2). */
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFMT } from '../kernel/constants/file.ts';
import type { Status } from '../kernel/statx.ts';
import type { Device } from '../spec/types.ts';

/** What a node is; a FIFO has no numbers. */
export interface NodeKind {
  /** `S_IF*` */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/** The kernel's 32 bits: 12 of the major and 20 of the minor number. */
export function makedev({ major, minor }: NodeKind): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** `u` is an unbuffered character device, which Linux does not tell from others. */
export function kindOfDevice({ type, major = 0, minor = 0 }: Device): NodeKind {
  if (type === 'p') return { type: S_IFIFO, major: 0, minor: 0 };
  return { type: type === 'b' ? S_IFBLK : S_IFCHR, major, minor };
}

export function isKind(status: Status, { type, major, minor }: NodeKind): boolean {
  if ((status.mode & S_IFMT) !== type) return false;
  return type === S_IFIFO || (status.deviceMajor === major && status.deviceMinor === minor);
}

const WORDS: ReadonlyMap<number, string> = new Map([
  [S_IFCHR, 'character device'],
  [S_IFBLK, 'block device'],
  [S_IFIFO, 'FIFO'],
  [0o100000, 'regular file'],
  [0o040000, 'directory'],
  [0o120000, 'symbolic link'],
  [0o140000, 'socket'],
]);

/** `character device 10:229`, `FIFO` */
export function describeKind({ type, major, minor }: NodeKind): string {
  const word = WORDS.get(type) ?? 'file of an unknown kind';
  return type === S_IFCHR || type === S_IFBLK ? `${word} ${major}:${minor}` : word;
}

export function kindOfStatus({ mode, deviceMajor, deviceMinor }: Status): NodeKind {
  return { type: mode & S_IFMT, major: deviceMajor, minor: deviceMinor };
}
