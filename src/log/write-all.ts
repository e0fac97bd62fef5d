/** Writing to standard output and error without `process.stdout`, which costs milliseconds to set up. */
import { encodeUtf8 } from '../kernel/bytes.ts';
import { nodeFileSystem } from './node-file-system.ts';

const PAUSE_MS = 2;

/** Writes some of the bytes, from the offset on. @returns how many */
export type WriteSome = (fd: number, bytes: Uint8Array, offset: number) => number;

const writeWithNode: WriteSome = (fd, bytes, offset) => nodeFileSystem().writeSync(fd, bytes, offset);

/**
 * Writes everything. A reader that went away is not an error; one that is slow (a pipe that somebody made
 * non-blocking) is waited for.
 */
export function writeAll(fd: number, text: string, writeSome = writeWithNode): void {
  try {
    writeFully(fd, text, Number.POSITIVE_INFINITY, writeSome);
  } catch (error) {
    if (!isErrno(error) || (error.code !== 'EPIPE' && error.code !== 'EBADF')) throw error;
  }
}

/**
 * Writes everything, and waits while a non-blocking pipe or socket is full.
 *
 * @param patience for how many milliseconds at most
 * @throws the error of write(2); EAGAIN when patience has run out
 */
export function writeFully(fd: number, text: string, patience: number, writeSome = writeWithNode): void {
  const bytes = encodeUtf8(text);
  const deadline = performance.now() + patience;
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSome(fd, bytes, offset);
    } catch (error) {
      if (!isErrno(error) || (error.code !== 'EAGAIN' && error.code !== 'EINTR')) throw error;
      if (performance.now() >= deadline) throw error;
      pause();
    }
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
