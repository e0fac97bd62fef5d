/** A connected socket; reading and writing block until a deadline. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call, Out } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { receive, sendAtOnce } from '../kernel/calls/socket.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { MSG_DONTWAIT } from '../kernel/constants/process.ts';
import { EAGAIN, EINTR } from '../kernel/errno.ts';
import { attempt, systemError } from '../kernel/local.ts';
import { POLLIN, POLLOUT, pollBriefly } from '../kernel/poll.ts';
import { protocolError } from './protocol-error.ts';

/** Bytes for one system call. */
const PIECE = 64 * 1024;

export class ByteStream implements Disposable {
  readonly #fd: number;
  /** Bytes that have arrived and are not yet taken: from `#start` to `#end`. */
  #bytes = new Uint8Array(4096);
  #start = 0;
  #end = 0;

  /** @param fd a stream socket, which `dispose` closes */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * @param deadline in the time of `monotonicMilliseconds`
   * @throws RuntimeError `system`
   */
  write(bytes: Uint8Array, deadline: number): void {
    for (let at = 0; at < bytes.length; ) {
      const sending = sendAtOnce(this.#fd, bytes.subarray(at, at + PIECE));
      const sent = attempt(sending);
      if (sent >= 0) at += sent;
      else if (!this.#mayRepeat(sending, -sent, POLLOUT, deadline)) throw unread();
    }
  }

  /**
   * Waits until this many bytes have arrived; they are not taken.
   *
   * @returns undefined if the deadline is over
   * @throws RuntimeError `system`, also if the peer closes the connection
   */
  peek(count: number, deadline: number): Uint8Array | undefined {
    while (this.#end - this.#start < count) if (!this.#more(deadline)) return undefined;
    return this.#bytes.subarray(this.#start, this.#start + count);
  }

  /** The same, but takes a copy of the bytes. */
  take(count: number, deadline: number): Uint8Array | undefined {
    const bytes = this.peek(count, deadline)?.slice();
    if (bytes) this.#start += count;
    return bytes;
  }

  /**
   * Takes the bytes up to the first one of this value, that one included.
   *
   * @returns undefined if the deadline is over
   * @throws RuntimeError `system`, also if it is not among the first `longest` bytes
   */
  takeUntil(last: number, longest: number, deadline: number): Uint8Array | undefined {
    for (;;) {
      const length = this.#bytes.subarray(this.#start, this.#end).indexOf(last) + 1;
      if (length > longest || this.#end - this.#start > longest)
        throw protocolError('the bus sends an endless line');
      if (length > 0) return this.take(length, deadline);
      if (!this.#more(deadline)) return undefined;
    }
  }

  [Symbol.dispose](): void {
    attempt(close(this.#fd));
  }

  /** Reads the bytes that have arrived, or waits for some. @returns false if the deadline is over */
  #more(deadline: number): boolean {
    // A peer that sends without end must not make it forget the time.
    if (monotonicMilliseconds() >= deadline) return false;
    const receiving = receive(this.#fd, PIECE, MSG_DONTWAIT);
    const outs = new Map<Out, Uint8Array>();
    const count = attempt(receiving, undefined, outs);
    if (count < 0) return this.#mayRepeat(receiving, -count, POLLIN, deadline);
    if (count === 0) throw closed();
    for (const bytes of outs.values()) this.#append(bytes);
    return true;
  }

  #append(bytes: Uint8Array): void {
    const kept = this.#bytes.subarray(this.#start, this.#end);
    const length = kept.length + bytes.length;
    if (this.#end + bytes.length > this.#bytes.length) {
      // At most half of it is kept: bytes are not moved again and again.
      if (length * 2 > this.#bytes.length) this.#bytes = new Uint8Array(length * 2);
      this.#bytes.set(kept);
      this.#start = 0;
      this.#end = kept.length;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /**
   * Waits until the call can be repeated.
   *
   * @returns false if the deadline is over
   * @throws RuntimeError `system` for an error that is final
   */
  #mayRepeat(call: Call, errno: number, events: number, deadline: number): boolean {
    if (errno !== EAGAIN && errno !== EINTR) throw systemError(call, errno);
    const left = deadline - monotonicMilliseconds();
    if (left > 0 && errno === EAGAIN) pollBriefly(this.#fd, left, events);
    return left > 0;
  }
}

function closed(): RuntimeError {
  return new RuntimeError('system', 'the bus has closed the connection', { errno: 'ECONNRESET' });
}

function unread(): RuntimeError {
  return new RuntimeError('system', 'the bus does not read the messages sent to it', { errno: 'ETIMEDOUT' });
}
