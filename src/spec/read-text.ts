/** The text of a config.json or process.json, whatever is in its place: nothing here waits or fills the memory. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from '../kernel/constants/file.ts';
import { readFileSync, statSync } from '../kernel/file-system.ts';
import type { Stats } from '../kernel/stats.ts';
import { withoutByteOrderMark } from './parse-json.ts';

/** More than the stub would take of it, and far more than any engine writes. */
const LARGEST = 16 * 1024 * 1024;

/** What the caller has opened itself may be a pipe: `exec --process /dev/stdin`, or bash's `<(…)`. */
const OPENED = /^\/(?:dev\/stdin|(?:dev|proc\/self)\/fd\/\d+)$/;

/**
 * @param missing the hint where there is no such file
 * @throws RuntimeError `config`
 */
export function readText(file: string, missing: string): string {
  try {
    const problem = OPENED.test(file) ? undefined : unreadable(statSync(file));
    if (problem === undefined) return withoutByteOrderMark(readFileSync(file, 'utf8'));
    throw new RuntimeError('config', `cannot read "${file}": ${problem}`, { file });
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    const { code = 'EIO' } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'ENOENT (no such file or directory)' : code;
    const details = { cause, file, call: 'open', errno: code };
    throw new RuntimeError('config', `cannot read "${file}": ${reason}`, {
      ...details,
      ...(code === 'ENOENT' ? { hint: missing } : {}),
    });
  }
}

/** A FIFO would wait for a writer, a device has no end. What cannot be read at all is left to the reading. */
function unreadable(status: Stats | undefined): string | undefined {
  if (status === undefined) return undefined;
  switch (status.mode & S_IFMT) {
    case S_IFDIR:
      return undefined;
    case S_IFREG:
      if (status.size <= LARGEST) return undefined;
      return `it has ${status.size} bytes, and ${LARGEST} are the most that is read`;
    case S_IFIFO:
      return 'it is a FIFO, not a file';
    case S_IFSOCK:
      return 'it is a socket, not a file';
    default:
      return 'it is a device, not a file';
  }
}
