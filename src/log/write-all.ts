/** Writing to standard output and error without `process.stdout`, which costs milliseconds to set up. */
import { nodeFileSystem } from './node-file-system.ts';

const WAIT_MS = 2;

/** Writes some of the bytes, from the offset on. @returns how many */
export type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

const writeWithNode: WriteSome = (fd, bytes, offset) => nodeFileSystem().writeSync(fd, bytes, offset);

/**
 * Writes everything. A reader that went away is not an error; one that is slow (a pipe that somebody made
 * non-blocking) is waited for.
 */
export function writeAll(fd: number, text: string, writeSome = writeWithNode): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSome(fd, bytes, offset);
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
