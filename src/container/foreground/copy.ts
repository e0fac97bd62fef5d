/**
 * Copying between the caller's standard streams and a terminal. Nothing here changes the streams' flags
 * (O_NONBLOCK would be the caller's, too), and nothing blocks JavaScript: waiting, and writing to the caller, is
 * done by worker threads, at most one for each direction.
 */
import { write as writeAsync } from 'node:fs';
import type { Out } from '../../kernel/call.ts';
import { read, write } from '../../kernel/calls/file.ts';
import { EAGAIN, EINTR } from '../../kernel/errno.ts';
import { attempt } from '../../kernel/local.ts';
import { POLLIN, POLLOUT, pollAsync } from '../../kernel/poll.ts';

const CHUNK = 64 * 1024;
export const NEWLINE = 10;

export interface Copy {
  readonly from: number;
  readonly to: number;
  /** Becomes readable when it is time to end. */
  readonly end: number;
}

/**
 * Copies what the caller types or sends until it ends, or `end` says so.
 *
 * @param copy `to` is non-blocking
 * @returns the last byte, where the caller's stream has ended; a newline where there was none
 */
export async function copyInput({ from, to, end }: Copy): Promise<number | undefined> {
  for (let last = NEWLINE; ; ) {
    const [, over] = await pollAsync([readable(from), readable(end)]);
    if (over) return undefined;
    const bytes = readNow(from);
    if (bytes === undefined) return last;
    if (bytes === 'nothing') continue;
    if (!(await feed({ to, end }, bytes))) return undefined;
    last = bytes.at(-1) ?? last;
  }
}

/** Writes to a terminal that takes it in portions. @returns false where it takes no more */
export async function feed({ to, end }: Omit<Copy, 'from'>, bytes: Uint8Array): Promise<boolean> {
  let rest = bytes;
  while (rest.length > 0) {
    const written = attempt(write(to, rest));
    if (written >= 0) rest = rest.subarray(written);
    else if (written !== -EAGAIN) return false;
    else if ((await pollAsync([{ fd: to, events: POLLOUT }, readable(end)]))[1]) return false;
  }
  return true;
}

/**
 * Copies the terminal's output until nobody has the terminal open, or, once `end` says so, until nothing is left.
 *
 * @param copy `from` is non-blocking
 * @returns whether all of it was taken
 */
export async function copyOutput({ from, to, end }: Copy): Promise<boolean> {
  for (let over = false; ; ) {
    const bytes = readNow(from);
    if (bytes === undefined || (over && bytes === 'nothing')) return true;
    if (bytes === 'nothing') over = (await pollAsync([readable(from), readable(end)]))[1] === true;
    else if (!(await writeFully(to, bytes))) return false;
  }
}

/** @returns undefined at the end; a terminal whose other side is closed says EIO */
function readNow(fd: number): Uint8Array | 'nothing' | undefined {
  const call = read(fd, CHUNK);
  const outs = new Map<Out, Uint8Array>();
  const length = attempt(call, undefined, outs);
  if (length === -EAGAIN || length === -EINTR) return 'nothing';
  if (length <= 0) return undefined;
  // A copy: the next call uses the same memory.
  return new Uint8Array(outs.get(call.out as Out) ?? []).subarray(0, length);
}

/** @returns false where nobody reads it any more */
async function writeFully(fd: number, bytes: Uint8Array): Promise<boolean> {
  let rest = bytes;
  while (rest.length > 0) {
    const written = await writeOnce(fd, rest);
    if (written === 'closed') return false;
    if (written > 0) rest = rest.subarray(written);
    // The caller has made the stream non-blocking.
    else await pollAsync([{ fd, events: POLLOUT }]);
  }
  return true;
}

function writeOnce(fd: number, bytes: Uint8Array): Promise<number | 'closed'> {
  return new Promise((resolve) => {
    writeAsync(fd, bytes, (error, written) => {
      if (!error) resolve(written);
      else resolve(error.code === 'EAGAIN' ? 0 : 'closed');
    });
  });
}

function readable(fd: number) {
  return { fd, events: POLLIN };
}
