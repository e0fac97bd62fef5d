/** The second half of `run` and `exec` in the foreground: the process runs, and we are what its caller sees of it. */
import { type Source, serve } from '../../kernel/event-loop.ts';
import type { Pidfd } from '../../kernel/pidfd.ts';
import type { SignalSource } from '../../kernel/signal-source.ts';
import type { Exit } from '../../kernel/spawn.ts';
import { Children } from './exit.ts';
import { SignalForwarding } from './signals.ts';
import { serveTerminal, type TerminalProxy } from './terminal.ts';

export interface ForegroundProcess {
  /** A child of ours. */
  readonly pid: number;
  /** Of the same process, opened while it could not have ended. */
  readonly pidfd: Pidfd;
  /** Of its terminal, where it has one that we are to serve. */
  readonly master?: number | undefined;
  /** What has been caught so far is for the process. */
  readonly signals: SignalSource;
  /** What else there is to do while it lives, and once more when it has ended. */
  readonly beside?: Source | undefined;
}

export interface Ended {
  readonly exit: Exit;
  /** Waits until the caller has taken everything that was written to the terminal. */
  deliver(): Promise<void>;
}

/**
 * Stands in for the process until it has ended: passes on signals and, if it has one, serves its terminal. The caller's
 * terminal is then as it was.
 *
 * @throws RuntimeError `system`
 */
export async function awaitForeground(process: ForegroundProcess): Promise<Ended> {
  const { master } = process;
  if (master === undefined) return standIn(process);
  const terminal = serveTerminal(master);
  try {
    return await standIn(process, terminal);
  } catch (error) {
    terminal[Symbol.dispose]();
    throw error;
  }
}

async function standIn(
  { pid, pidfd, signals, beside }: ForegroundProcess,
  terminal?: TerminalProxy,
): Promise<Ended> {
  const children = new Children(pid, pidfd);
  const forwarding = new SignalForwarding(signals, { process: pidfd, children, terminal });
  const sources = [forwarding, children, ...(terminal?.sources ?? []), ...(beside ? [beside] : [])];
  children.reap();
  await serve(sources, () => children.exit !== undefined);
  beside?.handle();
  terminal?.finish();
  return {
    exit: children.exit as Exit,
    deliver: async () => terminal?.deliver(forwarding),
  };
}
