/** A process held by descriptor, pidfd_open(2): it cannot become another one while we look at it. */
import type { Out } from './call.ts';
import { close, fstatfs } from './calls/file.ts';
import { pidfdOpen, pidfdSendSignal, waitid } from './calls/process.ts';
import { monotonicMilliseconds } from './clock.ts';
import { PID_FS_MAGIC } from './constants/mount.ts';
import { P_PIDFD, WEXITED, WNOHANG } from './constants/process.ts';
import { EINVAL, ENOENT, ESRCH } from './errno.ts';
import { fstatSync } from './file-system.ts';
import { attempt, perform, systemError } from './local.ts';
import { pollBriefly } from './poll.ts';

/** ESRCH: no such process. The others: the number is that of a thread by now, before and since Linux 6.15. */
const GONE: readonly number[] = [ESRCH, EINVAL, ENOENT];

export class Pidfd {
  readonly fd: number;
  readonly pid: number;

  private constructor(fd: number, pid: number) {
    this.fd = fd;
    this.pid = pid;
  }

  /** @returns undefined if there is no process with this pid */
  static open(pid: number): Pidfd | undefined {
    const fd = attempt(pidfdOpen(pid));
    if (fd >= 0) return new Pidfd(fd, pid);
    if (GONE.includes(-fd)) return undefined;
    throw systemError(pidfdOpen(pid), -fd);
  }

  /** @returns false if the process has ended */
  signal(signal: number): boolean {
    const send = pidfdSendSignal(this.fd, signal);
    const result = attempt(send);
    if (result < 0 && result !== -ESRCH) throw systemError(send, -result);
    return result === 0;
  }

  /** Whether all of its threads have: /proc calls it a zombie as soon as the main one has. */
  hasEnded(): boolean {
    for (;;) {
      const ready = pollBriefly(this.fd, 0);
      if (ready !== 'interrupted') return ready === 'ready';
    }
  }

  /** Waits until the process has ended (a zombie has), at most `milliseconds`. @returns whether it has */
  waitForEnd(milliseconds: number): boolean {
    const end = monotonicMilliseconds() + milliseconds;
    for (let left = milliseconds; ; left = Math.max(0, end - monotonicMilliseconds())) {
      const ready = pollBriefly(this.fd, left);
      if (ready !== 'interrupted') return ready === 'ready';
    }
  }

  /** The same for every pidfd of this process; where `isUnique`, for no other's until the next boot. */
  get inode(): number {
    return fstatSync(this.fd).ino;
  }

  /** Whether pidfds are files of a pidfs (Linux 6.9), with an inode number for each process. */
  get isUnique(): boolean {
    const look = fstatfs(this.fd);
    const outs = new Map<Out, Uint8Array>();
    if (attempt(look, undefined, outs) < 0) return false;
    const { buffer, byteOffset, byteLength } = outs.get(look.out as Out) as Uint8Array;
    return new DataView(buffer, byteOffset, byteLength).getUint32(0, true) === PID_FS_MAGIC;
  }

  /** Reaps it where it is a child of ours. */
  reap(): void {
    attempt(waitid(P_PIDFD, this.fd, WEXITED | WNOHANG));
  }

  [Symbol.dispose](): void {
    perform(close(this.fd));
  }
}
