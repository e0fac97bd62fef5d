/** The second half of `run` and `exec` in the foreground: the process runs, and we are what its caller sees of it. */
import type { Pidfd } from '../../kernel/pidfd.ts';
import type { Exit } from '../../kernel/spawn.ts';
import { waitForExit } from './exit.ts';
import type { SignalForwarding } from './signals.ts';

export interface ForegroundProcess {
  /** A child of ours. */
  readonly pid: number;
  /** Of the same process, opened while it could not have ended. */
  readonly pidfd: Pidfd;
  /** Of its terminal, where it has one that we are to serve. */
  readonly master?: number | undefined;
  /** What has caught the signals so far; it goes on doing so. */
  readonly signals: SignalForwarding;
}

/**
 * Stands in for the process until it has ended: passes on signals and, where it has one, its terminal.
 *
 * @returns how it ended
 * @throws RuntimeError `system`
 */
export async function awaitForeground(process: ForegroundProcess): Promise<Exit> {
  const { pid, pidfd, master, signals } = process;
  if (master === undefined) {
    signals.attach(pidfd);
    return waitForExit(pid, pidfd);
  }
  const { TerminalProxy } = await import('./terminal.ts');
  using terminal = new TerminalProxy(master);
  signals.attach(pidfd);
  const exit = await waitForExit(pid, pidfd);
  await terminal.finish();
  return exit;
}
