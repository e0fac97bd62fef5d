/** waitid(2) for children of ours, without blocking. */
import { viewOf } from './bytes.ts';
import type { Out } from './call.ts';
import { waitid } from './calls/process.ts';
import { CLD_EXITED, P_PID, WEXITED, WNOHANG, WNOWAIT } from './constants/process.ts';
import { attempt, systemError } from './local.ts';
import type { Exit } from './spawn.ts';

const P_ALL = 0;
const ECHILD = 10;
/** Children whose exit signal is not SIGCHLD, too; a clone has it before it executes anything. */
const WALL = 0x40000000;

export interface EndedChild {
  readonly pid: number;
  readonly exit: Exit;
}

/**
 * Reaps one child that has ended.
 *
 * @returns undefined where none has; `none left` where there are no children at all
 */
export function reapAny(): EndedChild | 'none left' | undefined {
  const wait = waitid(P_ALL, 0, WEXITED | WNOHANG | WALL);
  const outs = new Map<Out, Uint8Array>();
  const result = attempt(wait, undefined, outs);
  if (result === -ECHILD) return 'none left';
  if (result < 0) throw systemError(wait, -result);
  return decode(outs.get(wait.out as Out) as Uint8Array);
}

/** How a child of ours that is about to end does so. It stays to be reaped. @returns undefined where it is not ours */
export function exitOf(pid: number): Exit | undefined {
  const wait = waitid(P_PID, pid, WEXITED | WNOWAIT | WALL);
  const outs = new Map<Out, Uint8Array>();
  return attempt(wait, undefined, outs) < 0
    ? undefined
    : decode(outs.get(wait.out as Out) as Uint8Array)?.exit;
}

function decode(info: Uint8Array): EndedChild | undefined {
  const view = viewOf(info);
  // siginfo_t: si_code at 8, si_pid at 16, si_status at 24.
  const pid = view.getInt32(16, true);
  if (pid === 0) return undefined;
  const status = view.getInt32(24, true);
  return { pid, exit: view.getInt32(8, true) === CLD_EXITED ? { status } : { signal: status } };
}
