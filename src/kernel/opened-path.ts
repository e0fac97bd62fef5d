/** What a path leads to, by opening it. */
import { viewOf } from './bytes.ts';
import { fstatfs } from './calls/file.ts';
import { O_PATH } from './constants/file.ts';
import { closeSync, openSync, readlinkSync } from './file-system.ts';
import { performForBytes } from './local.ts';

/** The path without symbolic links. @throws the error of open(2) */
export function realPath(path: string): string {
  return withOpened(path, (fd) => readlinkSync(`/proc/self/fd/${fd}`));
}

/** `f_type` of statfs(2). @throws the error of open(2) */
export function filesystemType(path: string): number {
  return withOpened(path, (fd) => Number(viewOf(performForBytes(fstatfs(fd))).getBigUint64(0, true)));
}

function withOpened<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, O_PATH);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
