/** What the kernel says of a process, proc_pid_stat(5). */
import { IN_ONE_PIECE, readIfThere } from './file-system.ts';

/** include/linux/sched.h: forked, and nothing executed since. */
const PF_FORKNOEXEC = 0x40;

export interface ProcessStatus {
  /** Clock ticks since boot: with the pid, this names one process until the next boot. */
  readonly startTime: string;
  /** Clock ticks for which its own code, and not the kernel's, has run. */
  readonly userTime: number;
  /** Its parent's pid; 0 where that is in another pid namespace. */
  readonly parent: number;
  /** Its main thread has ended. Other threads may still run: only a pidfd tells whether the process has ended. */
  readonly isZombie: boolean;
  /** It waits for something that cannot be interrupted; what version 1 of cgroups has frozen does. */
  readonly isBlocked: boolean;
  /** It executes a program of its own, and is not our stub any more. */
  readonly hasExecuted: boolean;
}

/** @returns undefined if /proc does not show the process: it is gone, or hidden (proc(5), hidepid) */
export function processStatus(pid: number): ProcessStatus | undefined {
  const text = statOf(pid);
  if (text === undefined) return undefined;
  // The command's name stands in parentheses and may contain anything, spaces and parentheses too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return {
    parent: Number(fields[1]),
    isZombie: state === 'Z' || state === 'X',
    isBlocked: state === 'D',
    hasExecuted: (Number(fields[6]) & PF_FORKNOEXEC) === 0,
    startTime: fields[19] ?? '',
    userTime: Number(fields[11]),
  };
}

function statOf(pid: number): string | undefined {
  try {
    return readIfThere(`/proc/${pid}/stat`, 'latin1', IN_ONE_PIECE);
  } catch {
    // Gone since it was opened.
    return undefined;
  }
}
