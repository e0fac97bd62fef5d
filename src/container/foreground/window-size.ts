/** The size of a terminal's window, ioctl_tty(2). */
import { ioctl, ioctlOut } from '../../kernel/calls/file.ts';
import { TIOCGWINSZ, TIOCSWINSZ } from '../../kernel/constants/process.ts';
import { attempt, performForBytes } from '../../kernel/local.ts';

/** sizeof(struct winsize) */
const WINSIZE = 8;

/** Gives one terminal the other's size; the kernel tells its foreground processes (SIGWINCH) where that is new. */
export function copyWindowSize(from: number, to: number): void {
  attempt(ioctl(to, TIOCSWINSZ, performForBytes(ioctlOut(from, TIOCGWINSZ, WINSIZE))));
}
