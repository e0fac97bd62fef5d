/** A child of ours that must not outlive the failure of the command that has made it. */
import { SIGKILL } from '../kernel/constants/process.ts';
import { Pidfd } from '../kernel/pidfd.ts';

/** Milliseconds that a killed process may take to end; longer means that it hangs in the kernel. */
const LONGEST_DEATH = 10_000;

/** Kills it, whatever it executes by now, and returns when it has ended. */
export function endChild(child: Pidfd): void {
  child.signal(SIGKILL);
  if (child.waitForEnd(LONGEST_DEATH)) child.reap();
}

/** @param pid of a child that has not been reaped, so that the number is still its own; 0 for none */
export function endUnreapedChild(pid: number): void {
  if (pid === 0) return;
  using child = Pidfd.open(pid);
  if (child) endChild(child);
}
