/** A process held by descriptor, pidfd_open(2): it cannot become another one while we look at it. */
import { close } from './calls/file.ts';
import { pidfdOpen, pidfdSendSignal, waitid } from './calls/process.ts';
import { P_PIDFD, WEXITED, WNOHANG } from './constants/process.ts';
import { ESRCH } from './errno.ts';
import { attempt, perform, systemError } from './local.ts';
import { pollBriefly } from './poll.ts';

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
      const ready = pollBriefly(this.fd, Math.max(0, end - Date.now()));
      if (ready !== 'interrupted') return ready === 'ready';
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
