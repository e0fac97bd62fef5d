/** Writing to descriptors that may be full, or closed at the other end. */
import { encodeUtf8 } from '../kernel/bytes.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { writeSync } from '../kernel/file-system.ts';
import { POLLOUT, pollBriefly } from '../kernel/poll.ts';

/** Milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * Writes everything. A reader that went away is not an error; one that is slow (a pipe that was made non-blocking) is
 * waited for.
 */
export function writeAll(fd: number, text: string): void {
  try {
    writeFully(fd, text, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!hasCode(error, 'EPIPE', 'EBADF')) throw error;
  }
}

/**
 * Writes everything, and waits while a non-blocking pipe or socket is full.
 *
 * @param patience for how many milliseconds at most
 * @throws the error of write(2); EAGAIN when patience has run out
 */
export function writeFully(fd: number, text: string, patience: number): void {
  const bytes = encodeUtf8(text);
  let deadline: number | undefined;
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(fd, bytes, offset);
    } catch (error) {
      if (!hasCode(error, 'EAGAIN')) throw error;
      const now = monotonicMilliseconds();
      deadline ??= now + patience;
      if (now >= deadline) throw error;
      pollBriefly(fd, Math.min(deadline - now, LONGEST_WAIT), POLLOUT);
    }
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
