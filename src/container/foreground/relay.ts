/**
 * Copies in one direction. What was read is kept until it is written, and meanwhile nothing more is read, so that
 * whoever writes faster than the other side reads has to wait. Nothing here waits, nor changes the flags of the
 * caller's streams (O_NONBLOCK would be the caller's, too).
 */
import type { Out } from '../../kernel/call.ts';
import { read } from '../../kernel/calls/file.ts';
import { EAGAIN, EINTR } from '../../kernel/errno.ts';
import type { Source } from '../../kernel/event-loop.ts';
import { attempt } from '../../kernel/local.ts';
import { type Interest, POLLIN, POLLOUT } from '../../kernel/poll.ts';

const CHUNK = 64 * 1024;
export const NEWLINE = 10;

export interface Sink {
  readonly fd: number;
  /** Does not wait. @returns how many bytes were written, or the negative errno */
  write(bytes: Uint8Array): number;
}

export interface Direction {
  readonly from: number;
  readonly to: Sink;
  /** How many chunks are read in a row: one, if `from` may block. */
  readonly chunks: number;
  /** What is written behind the last byte that was read; a newline stands for none. */
  readonly closing?: (last: number) => Uint8Array;
}

export class Relay implements Source {
  readonly #direction: Direction;
  #state: 'copying' | 'draining' | 'closing' | 'complete' | 'refused' = 'copying';
  #rest: Uint8Array | undefined;
  #last = NEWLINE;

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  /** Whether nothing will be copied any more. */
  get isOver(): boolean {
    return this.#state === 'complete' || this.#state === 'refused';
  }

  /** Whether the other side takes no more: a pipe without a reader, for example. */
  get isRefused(): boolean {
    return this.#state === 'refused';
  }

  interest(): Interest | undefined {
    const { from, to } = this.#direction;
    if (this.isOver) return undefined;
    return this.#rest ? { fd: to.fd, events: POLLOUT } : { fd: from, events: POLLIN };
  }

  handle(): void {
    if (this.#state === 'draining') this.drain();
    else if (this.#rest) this.#write();
    else for (let chunks = this.#direction.chunks; chunks > 0 && this.#read() && this.#write(); chunks--);
  }

  /**
   * Copies what has been written so far, and then no more: at once, or, as far as the other side has no room, when it
   * is handled. `from` must not block.
   */
  drain(): void {
    if (this.#state === 'copying') this.#state = 'draining';
    while (!this.isOver && (this.#rest || this.#read()) && this.#write());
  }

  stop(): void {
    if (!this.isOver) this.#state = 'complete';
    this.#rest = undefined;
  }

  /** @returns whether there is something to write */
  #read(): boolean {
    const bytes = readNow(this.#direction.from);
    if (bytes === 'nothing') {
      if (this.#state === 'draining') this.#state = 'complete';
    } else if (bytes) {
      this.#rest = bytes;
      this.#last = bytes.at(-1) as number;
    } else {
      this.#rest = this.#direction.closing?.(this.#last);
      this.#state = this.#rest ? 'closing' : 'complete';
    }
    return this.#rest !== undefined;
  }

  /** @returns whether all was written */
  #write(): boolean {
    while (this.#rest) {
      const written = this.#direction.to.write(this.#rest);
      if (written === -EINTR) continue;
      if (written === -EAGAIN || written === 0) return false;
      if (written < 0) {
        this.stop();
        this.#state = 'refused';
        return false;
      }
      this.#rest = written < this.#rest.length ? this.#rest.subarray(written) : undefined;
    }
    if (this.#state === 'closing') this.#state = 'complete';
    return true;
  }
}

/** @returns undefined at the end; a terminal whose other side is closed says EIO */
function readNow(fd: number): Uint8Array | 'nothing' | undefined {
  const call = read(fd, CHUNK);
  const outs = new Map<Out, Uint8Array>();
  const length = attempt(call, undefined, outs);
  if (length === -EAGAIN || length === -EINTR) return 'nothing';
  return length <= 0 ? undefined : outs.get(call.out as Out);
}
