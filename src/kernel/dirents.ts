/** struct linux_dirent64, getdents64(2). */
import { viewOf } from './bytes.ts';

export interface Dirent {
  /** Bytes as they are on disk, for a file name is no text; see `name`. */
  readonly bytes: Uint8Array;
  /** False if it is something else, or the file system does not say. */
  readonly isDirectory: boolean;
  /** True if the file system says that it is something else. */
  readonly isOther: boolean;
  /** Where the directory's listing goes on behind this entry: an offset for lseek(2). */
  readonly next: bigint;
}

const NAME = 19;
const DT_UNKNOWN = 0;
const DT_DIR = 4;

/** @param bytes what the call has filled, no more; without `.` and `..` */
export function decodeDirents(bytes: Uint8Array): readonly Dirent[] {
  const view = viewOf(bytes);
  const entries: Dirent[] = [];
  for (let at = 0; at + NAME < bytes.length; ) {
    const length = view.getUint16(at + 16, true);
    if (length <= NAME || at + length > bytes.length) throw new TypeError('malformed directory entries');
    const type = bytes[at + 18];
    const end = bytes.indexOf(0, at + NAME);
    const name = bytes.slice(at + NAME, end + 1);
    if (!isDots(name)) {
      const isDirectory = type === DT_DIR;
      const isOther = !isDirectory && type !== DT_UNKNOWN;
      entries.push({ bytes: name, isDirectory, isOther, next: view.getBigInt64(at + 8, true) });
    }
    at += length;
  }
  return entries;
}

/** `.` or `..`, with the NUL. */
function isDots(name: Uint8Array): boolean {
  const dot = 0x2e;
  return name[0] === dot && (name[1] === 0 || (name[1] === dot && name[2] === 0));
}
