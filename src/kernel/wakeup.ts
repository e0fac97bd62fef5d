/** A descriptor that becomes readable on demand, eventfd(2). */
import { call } from './call.ts';
import { close, read, write } from './calls/file.ts';
import { attempt, perform, performForBytes } from './local.ts';

const EFD_CLOEXEC = 0o2000000;
/** What is read is a number of 64 bits: how often it was woken. */
const COUNT = 8;

export class Wakeup implements Disposable {
  readonly fd: number;

  /** @throws RuntimeError `system` */
  constructor() {
    this.fd = perform(call('eventfd2', 0, EFD_CLOEXEC));
  }

  /** Makes it readable, until it is cleared. */
  wake(): void {
    attempt(write(this.fd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)));
  }

  /** To be called when it is readable. */
  clear(): void {
    performForBytes(read(this.fd, COUNT));
  }

  [Symbol.dispose](): void {
    attempt(close(this.fd));
  }
}
