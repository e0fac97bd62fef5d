/**
 * `--status-fd N`: a line of JSON for each event in a container's life, on a descriptor of the caller's. Nobody has
 * to read it: a line that would have to wait for a reader is dropped, and a reader that went away is no error.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { isOpenForCaller } from '../host/caller.ts';
import { encodeUtf8 } from '../kernel/bytes.ts';
import { fcntl } from '../kernel/calls/file.ts';
import { F_GETFL, F_SETFD, FD_CLOEXEC, O_ACCMODE, O_RDONLY } from '../kernel/constants/file.ts';
import { EAGAIN } from '../kernel/errno.ts';
import { attempt, perform } from '../kernel/local.ts';
import type { Exit } from '../kernel/spawn.ts';
import { UnblockedWriter } from '../kernel/unblocked-writer.ts';
import { asRuntimeError, errorFields, errorText } from '../log/error-report.ts';
import { signalNames } from '../process/signals.ts';

export type StatusEvent =
  | { readonly event: 'creating' | 'deleted' }
  /** `created`: set up, and waiting. `running`: it executes the user's program. */
  | { readonly event: 'created' | 'running'; readonly pid: number }
  | { readonly event: 'exited'; readonly pid: number; readonly exit: Exit };

export type Report = (event: StatusEvent) => void;

/** A pipe takes so much in one piece or not at all: PIPE_BUF. */
const LONGEST_LINE = 4096;
/** Bytes of a message, which JSON may make six times as long. */
const LONGEST_MESSAGE = 600;

export class StatusEvents {
  readonly #id: string;
  #writer: UnblockedWriter | undefined;

  /** @throws RuntimeError `usage` where the descriptor is not open for writing, or is to be the container's */
  constructor(fd: number, { id, preserveFds }: { readonly id: string; readonly preserveFds: number }) {
    this.#id = id;
    check(fd, preserveFds);
    // No hook gets it.
    if (fd > 2) perform(fcntl(fd, F_SETFD, FD_CLOEXEC));
    this.#writer = new UnblockedWriter(fd);
  }

  report(event: StatusEvent): void {
    this.#line(event.event === 'exited' ? exited(event) : event);
  }

  /** That the command fails, and why. */
  reportFailure(thrown: unknown): void {
    const error = asRuntimeError(thrown);
    const { code, pointer, hint } = errorFields(error);
    const msg = errorText(error).headline.slice(0, LONGEST_MESSAGE);
    this.#line({ event: 'failed', error: { code, msg, pointer, hint } });
  }

  #line(event: object): void {
    const time = new Date().toISOString();
    const line = encodeUtf8(`${JSON.stringify({ time, id: this.#id, ...event })}\n`);
    if (line.length > LONGEST_LINE) return;
    for (let at = 0; this.#writer && at < line.length; ) {
      const written = this.#writer.write(line.subarray(at));
      // Full: the next line may find room. Everything else lasts.
      if (written === -EAGAIN || written === 0) return;
      if (written < 0) this.#writer = undefined;
      at += written;
    }
  }
}

function exited({ event, pid, exit }: StatusEvent & { readonly event: 'exited' }): object {
  if ('status' in exit) return { event, pid, exitCode: exit.status };
  return {
    event,
    pid,
    exitCode: 128 + exit.signal,
    signal: signalNames[exit.signal - 1] ?? String(exit.signal),
  };
}

function check(fd: number, preserveFds: number): void {
  const flags = isOpenForCaller(fd) ? attempt(fcntl(fd, F_GETFL, 0)) : -1;
  if (flags < 0) throw unusable(fd, 'it is not open');
  if ((flags & O_ACCMODE) === O_RDONLY) throw unusable(fd, 'it is not open for writing');
  if (fd > 2 && fd < 3 + preserveFds) throw unusable(fd, '--preserve-fds gives it to the container');
}

function unusable(fd: number, why: string): RuntimeError {
  return new RuntimeError('usage', `cannot write the status to descriptor ${fd}: ${why}`, {
    hint: 'open it for tsrun: tsrun run --status-fd 3 … 3>status.json',
  });
}
