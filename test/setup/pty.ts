/** A pseudo-terminal for tests. */
import { closeSync } from 'node:fs';
import { fcntl, ioctl, openat } from '../../src/kernel/calls/file.ts';
import { AT_FDCWD, F_SETFL, O_NOCTTY, O_NONBLOCK, O_RDWR } from '../../src/kernel/constants/file.ts';
import { TIOCGPTPEER, TIOCSPTLCK } from '../../src/kernel/constants/process.ts';
import { perform } from '../../src/kernel/local.ts';

export interface Pty extends Disposable {
  /** Non-blocking. */
  readonly master: number;
  readonly slave: number;
  closeSlave(): void;
}

export function openPty(): Pty {
  const master = perform(openat(AT_FDCWD, '/dev/ptmx', O_RDWR | O_NOCTTY));
  perform(ioctl(master, TIOCSPTLCK, new Uint8Array(4)));
  perform(fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK));
  const open = new Set([master, perform(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY))]);
  const slave = [...open][1] as number;
  const close = (fd: number) => void (open.delete(fd) && closeSync(fd));
  return {
    master,
    slave,
    closeSlave: () => close(slave),
    [Symbol.dispose]: () => [...open].forEach(close),
  };
}
