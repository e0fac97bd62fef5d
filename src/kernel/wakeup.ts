/** A descriptor that is readable once somebody said so, eventfd(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { close } from './calls/file.ts';
import { describeErrno, errnoName } from './errno.ts';
import { lastErrno, libcFunction } from './ffi.ts';
import { attempt } from './local.ts';

const EVENTFD = 'int eventfd(uint initval, int flags)';
const EVENTFD_WRITE = 'int eventfd_write(int fd, uint64_t value)';
const EFD_CLOEXEC = 0o2000000;

/** Ends a `pollAsync` from outside. */
export class Wakeup implements Disposable {
  readonly fd: number;

  /** @throws RuntimeError `system` */
  constructor() {
    this.fd = libcFunction(EVENTFD)(0, EFD_CLOEXEC);
    if (this.fd >= 0) return;
    const errno = lastErrno();
    throw new RuntimeError('system', `eventfd: ${describeErrno(errno)}`, {
      call: 'eventfd',
      errno: errnoName(errno),
    });
  }

  /** Makes it readable, for good. */
  wake(): void {
    libcFunction(EVENTFD_WRITE)(this.fd, 1);
  }

  [Symbol.dispose](): void {
    attempt(close(this.fd));
  }
}
