/**
 * The FIFO in a container's directory that its first process waits on, if no hooks are to be run there: `start` writes
 * a byte to it. Everything else has been sent before, so the process needs no more than read(2) to go on, whatever
 * its seccomp filter forbids. It holds the FIFO open until its program is executed; if that fails, it leaves its
 * results there and ends.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Failure, type Out, tolerate } from '../kernel/call.ts';
import { mknodat, openat, read, write } from '../kernel/calls/file.ts';
import {
  AT_FDCWD,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  S_IFIFO,
  S_IFMT,
} from '../kernel/constants/file.ts';
import { EAGAIN, ENXIO } from '../kernel/errno.ts';
import { closeSync, fstatSync, openSync } from '../kernel/file-system.ts';
import { attempt, perform, systemError } from '../kernel/local.ts';
import { join } from '../kernel/path.ts';
import { pollBriefly } from '../kernel/poll.ts';
import type { HeldProgram } from '../plan/wait-plan.ts';
import { START_FIFO } from './record/files.ts';
import { damaged, unreadable } from './record/problems.ts';
import type { StateDirectory } from './state-directory.ts';

/** Milliseconds between two looks at the process itself. */
const INTERVAL = 1000;
const WORD = 8;

/** @returns the end for the init to inherit: it can be read from without end, since it is a writer too */
export function makeStartFifo({ path }: StateDirectory): number {
  const fifo = join(path, START_FIFO);
  perform(mknodat(AT_FDCWD, fifo, S_IFIFO | 0o600, 0));
  return openSync(fifo, O_RDWR);
}

/**
 * Lets the process go on, and waits until it has executed its program, or has ended.
 *
 * @param meanwhile once it goes on; the descriptor hangs up when it has done either
 * @param isOver whether it has done either: another process may hold the FIFO
 * @returns what stopped it, as far as it could tell
 * @throws RuntimeError `system` if it does not wait any more
 */
export function letGo(
  { path, id }: StateDirectory,
  { reported }: HeldProgram,
  isOver: () => boolean,
  meanwhile?: (fd: number) => void,
): Failure | undefined {
  const fifo = join(path, START_FIFO);
  const fd = openFifo(path, id, isOver);
  try {
    perform(write(fd, new Uint8Array([1])));
    meanwhile?.(fd);
    // No events are requested: poll(2) always reports that the FIFO has no reader any more (POLLERR).
    while (pollBriefly(fd, INTERVAL, 0) !== 'ready') if (isOver()) break;
    const results = readResults(fifo, reported.length);
    const at = results.findIndex((result) => result < 0);
    const call = reported[at];
    return call && { call, errno: -(results[at] as number) };
  } finally {
    closeSync(fd);
  }
}

/** Not what has been put in its place. */
function openFifo(directory: string, id: string, isOver: () => boolean): number {
  const open = openat(AT_FDCWD, join(directory, START_FIFO), O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
  const fd = attempt(open);
  if (fd === -ENXIO && isOver())
    throw new RuntimeError('system', 'the init stub has ended', { hint: 'was it killed?' });
  if (fd === -ENXIO) throw damaged(directory, id, START_FIFO, 'is not the FIFO that its process waits on');
  if (fd < 0) throw damaged(directory, id, START_FIFO, unreadable(systemError(open, -fd)));
  if ((fstatSync(fd).mode & S_IFMT) === S_IFIFO) return fd;
  closeSync(fd);
  throw damaged(directory, id, START_FIFO, 'is not a FIFO');
}

/** Of a process that has left any: what is shorter is the byte that it has not read. */
function readResults(fifo: string, count: number): readonly number[] {
  const fd = openSync(fifo, O_RDONLY | O_NONBLOCK);
  try {
    const call = tolerate(read(fd, count * WORD), EAGAIN);
    const outs = new Map<Out, Uint8Array>();
    const length = attempt(call, undefined, outs);
    if (length !== count * WORD) return [];
    const bytes = outs.get(call.out as Out) as Uint8Array;
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    return Array.from({ length: count }, (_, index) => Number(view.getBigInt64(index * WORD, true)));
  } finally {
    closeSync(fd);
  }
}
