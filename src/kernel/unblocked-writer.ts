/**
 * Writes without waiting, whatever the descriptor is. Its flags are shared with the caller and stay as they are, so pipes
 * and terminals are opened a second time. If that is not permitted, poll(2) says whether a small portion has room.
 */
import type { Out } from './call.ts';
import { close, fcntl, openat, statx, write } from './calls/file.ts';
import { sendAtOnce } from './calls/socket.ts';
import {
  AT_FDCWD,
  F_GETFL,
  O_ACCMODE,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  O_WRONLY,
  S_IFIFO,
  S_IFMT,
  S_IFSOCK,
} from './constants/file.ts';
import { EAGAIN } from './errno.ts';
import { isTerminal } from './is-terminal.ts';
import { attempt } from './local.ts';
import { POLLOUT, pollBriefly } from './poll.ts';
import { decodeStatx, isCharacterDevice, type Status } from './statx.ts';

/** PIPE_BUF: what has room in a pipe when poll(2) says that it can be written to. */
const ROOM_IN_PIPE = 4096;
/** A pseudo-terminal has room for a multiple of 256 bytes; a newline may take two. */
const ROOM_IN_TERMINAL = 128;

/** @returns how many bytes were written, or the negative errno */
type Write = (bytes: Uint8Array) => number;

export class UnblockedWriter implements Disposable {
  /** To wait for POLLOUT on. */
  readonly fd: number;
  /** EAGAIN if it would have to wait. In a pipe, up to 4096 bytes are written together or not at all. */
  readonly write: Write;
  readonly #own: number | undefined;

  /** @param fd stays open when the writer is disposed of */
  constructor(fd: number) {
    const status = statusOf(fd);
    const room = isForWriting(fd) ? roomIn(fd, status) : undefined;
    this.#own = room === undefined || isMaster(status) ? undefined : reopened(fd);
    this.fd = this.#own ?? fd;
    this.write = writeTo(this.fd, status, this.#own === undefined ? room : undefined);
  }

  [Symbol.dispose](): void {
    if (this.#own !== undefined) attempt(close(this.#own));
  }
}

function writeTo(fd: number, status: Status | undefined, room: number | undefined): Write {
  if (kindOf(status) === S_IFSOCK) return (bytes) => attempt(sendAtOnce(fd, bytes));
  if (room === undefined) return (bytes) => attempt(write(fd, bytes));
  // Another writer could fill the pipe in between; then the owner of the pipe holds us up.
  return (bytes) =>
    pollBriefly(fd, 0, POLLOUT) === 'ready' ? attempt(write(fd, bytes.subarray(0, room))) : -EAGAIN;
}

/** How much can be written once there is room; undefined if writing does not wait. */
function roomIn(fd: number, status: Status | undefined): number | undefined {
  if (kindOf(status) === S_IFIFO) return ROOM_IN_PIPE;
  return isTerminal(fd) ? ROOM_IN_TERMINAL : undefined;
}

function kindOf(status: Status | undefined): number {
  return (status?.mode ?? 0) & S_IFMT;
}

/** An opening of `/dev/ptmx` would make another terminal. */
function isMaster(status: Status | undefined): boolean {
  return status !== undefined && isCharacterDevice(status, 5, 2);
}

function isForWriting(fd: number): boolean {
  const flags = attempt(fcntl(fd, F_GETFL, 0));
  return flags >= 0 && (flags & O_ACCMODE) !== O_RDONLY;
}

function reopened(fd: number): number | undefined {
  const own = attempt(openat(AT_FDCWD, `/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  return own < 0 ? undefined : own;
}

function statusOf(fd: number): Status | undefined {
  const look = statx(fd, '');
  const outs = new Map<Out, Uint8Array>();
  return attempt(look, undefined, outs) < 0
    ? undefined
    : decodeStatx(outs.get(look.out as Out) as Uint8Array);
}
