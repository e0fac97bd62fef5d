/**
 * Waiting for the container's process, a child of ours. A call that blocks would hold up the signal handlers, and
 * a worker thread costs more than most short commands: SIGCHLD wakes the engine's loop by itself.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Pidfd } from '../../kernel/pidfd.ts';
import { pollBriefly } from '../../kernel/poll.ts';
import type { Exit } from '../../kernel/spawn.ts';
import { reapAny } from '../../kernel/wait.ts';

/** So long a signal to forward may be late; what ends within it is noticed at once. */
const FIRST_WAIT = 10;

/** The longest that timers know. */
const FOREVER = 2 ** 31 - 1;

/**
 * Waits for the process and reaps it, and every other child that ends meanwhile.
 *
 * @param pidfd of the same process
 */
export async function waitForExit(pid: number, pidfd: Pidfd): Promise<Exit> {
  pollBriefly(pidfd.fd, FIRST_WAIT);
  const ended = reapUntil(pid);
  if (ended !== undefined) return ended;
  return new Promise((resolve, reject) => {
    // Engines do not stay alive for a signal handler.
    const alive = setInterval(() => {}, FOREVER);
    const check = () => {
      try {
        const status = reapUntil(pid);
        if (status === undefined) return;
        resolve(status);
      } catch (error) {
        reject(error);
      }
      clearInterval(alive);
      process.off('SIGCHLD', check);
    };
    process.on('SIGCHLD', check);
    // It may have ended before the handler was there.
    check();
  });
}

/** What the runtime exits with for it: its status; 128+N where signal N ended it. */
export function exitStatus(exit: Exit): number {
  return 'status' in exit ? exit.status : 128 + exit.signal;
}

/** Reaps what has ended: no zombies beside a container that runs for months. */
function reapUntil(pid: number): Exit | undefined {
  for (;;) {
    const child = reapAny();
    if (child === undefined) return undefined;
    if (child === 'none left') throw new RuntimeError('internal', `process ${pid} is not a child`);
    if (child.pid === pid) return child.exit;
  }
}
