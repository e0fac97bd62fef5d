/** A descriptor that becomes readable again and again, timerfd_create(2). */
import { call, words } from './call.ts';
import { close, read } from './calls/file.ts';
import { CLOCK_MONOTONIC } from './constants/process.ts';
import { attempt, perform } from './local.ts';
import { timespec } from './timespec.ts';

const TFD_CLOEXEC = 0o2000000;
const TFD_NONBLOCK = 0o4000;
/** What is read is a number of 64 bits: how many intervals are over. */
const COUNT = 8;

export class IntervalTimer implements Disposable {
  readonly fd = perform(call('timerfd_create', CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));

  /** @throws RuntimeError `system` */
  constructor(milliseconds: number) {
    const interval = timespec(milliseconds).words;
    // struct itimerspec: the interval, then when it is over for the first time.
    perform(call('timerfd_settime', this.fd, 0, words(...interval, ...interval), 0));
  }

  /** Until the next interval is over it is not readable. */
  clear(): void {
    attempt(read(this.fd, COUNT));
  }

  [Symbol.dispose](): void {
    attempt(close(this.fd));
  }
}
