/** A descriptor that is readable once somebody said so, eventfd(2). */
import { call } from './call.ts';
import { close, write } from './calls/file.ts';
import { attempt, perform } from './local.ts';

const EFD_CLOEXEC = 0o2000000;

/** Ends a `pollAsync` from outside. */
export class Wakeup implements Disposable {
  readonly fd: number;

  /** @throws RuntimeError `system` */
  constructor() {
    this.fd = perform(call('eventfd2', 0, EFD_CLOEXEC));
  }

  /** Makes it readable, for good. */
  wake(): void {
    attempt(write(this.fd, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)));
  }

  [Symbol.dispose](): void {
    attempt(close(this.fd));
  }
}
