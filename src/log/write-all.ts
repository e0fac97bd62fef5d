/** Writing to standard output and error without `process.stdout`, which costs milliseconds to set up. */
import { writeSync } from 'node:fs';

const WAIT_MS = 2;

/**
 * Writes everything. A reader that went away is not an error; one that is slow (a pipe that somebody made
 * non-blocking) is waited for.
 */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if (!isErrno(error)) throw error;
      if (error.code === 'EPIPE' || error.code === 'EBADF') return;
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      pause();
    }
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
}
