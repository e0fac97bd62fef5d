/** The size of a terminal's window, ioctl_tty(2). */
import type { Out } from '../../kernel/call.ts';
import { ioctl, ioctlOut } from '../../kernel/calls/file.ts';
import { TIOCGWINSZ, TIOCSWINSZ } from '../../kernel/constants/process.ts';
import { attempt } from '../../kernel/local.ts';

/** sizeof(struct winsize) */
const WINSIZE = 8;

/** Gives one terminal the other's size; the kernel tells its foreground processes (SIGWINCH) where that is new. */
export function copyWindowSize(from: number, to: number): void {
  const get = ioctlOut(from, TIOCGWINSZ, WINSIZE);
  const outs = new Map<Out, Uint8Array>();
  // A terminal that has gone away has no size, and that is no reason to fail.
  if (attempt(get, undefined, outs) < 0) return;
  attempt(ioctl(to, TIOCSWINSZ, new Uint8Array(outs.get(get.out as Out) ?? [])));
}
