/** A process held by descriptor, pidfd_open(2): it cannot become another one while we look at it. */
import { type Call, call, words } from './call.ts';
import { close } from './calls/file.ts';
import { pidfdOpen, pidfdSendSignal, waitid } from './calls/process.ts';
import { P_PIDFD, WEXITED, WNOHANG } from './constants/process.ts';
import { EINTR, ESRCH } from './errno.ts';
import { attempt, perform, systemError } from './local.ts';

const POLLIN = 1;

export class Pidfd {
  readonly fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** @returns undefined where the process is gone */
  static open(pid: number): Pidfd | undefined {
    const fd = attempt(pidfdOpen(pid));
    if (fd >= 0) return new Pidfd(fd);
    if (fd === -ESRCH) return undefined;
    throw systemError(pidfdOpen(pid), -fd);
  }

  /** @returns false where the process has ended */
  signal(signal: number): boolean {
    const send = pidfdSendSignal(this.fd, signal);
    const result = attempt(send);
    if (result < 0 && result !== -ESRCH) throw systemError(send, -result);
    return result === 0;
  }

  /** Waits until the process has ended (a zombie has), at most `milliseconds`. @returns whether it has */
  waitForEnd(milliseconds: number): boolean {
    const end = Date.now() + milliseconds;
    for (;;) {
      const ready = attempt(poll(this.fd, Math.max(0, end - Date.now())));
      if (ready > 0) return true;
      if (ready !== -EINTR) return false;
    }
  }

  /** Reaps it where it is a child of ours. */
  reap(): void {
    attempt(waitid(P_PIDFD, this.fd, WEXITED | WNOHANG));
  }

  [Symbol.dispose](): void {
    perform(close(this.fd));
  }
}

function poll(fd: number, milliseconds: number): Call {
  const pollfd = new Uint8Array(Uint32Array.of(fd, POLLIN).buffer);
  const timeout = words(Math.floor(milliseconds / 1000), Math.floor(milliseconds % 1000) * 1_000_000);
  return call('ppoll', pollfd, 1, timeout, 0, 0);
}
