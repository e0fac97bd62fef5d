/** Signals for groups of processes that are known by number only, such as those of a cgroup. */
import { Pidfd } from './pidfd.ts';

/** How many descriptors are open at a time: the limit may be 1,024. */
const BATCH = 256;

/**
 * Does something with the processes that `find` names. A process is opened first and has to be named once more after
 * that: by then, its number may have become another process's.
 *
 * @param act gets some of the processes at a time
 */
export function withMembers(find: () => readonly number[], act: (members: readonly Pidfd[]) => void): void {
  const pids = find();
  for (let at = 0; at < pids.length; at += BATCH) {
    const opened = openAll(pids.slice(at, at + BATCH));
    try {
      const still = new Set(find());
      act(opened.filter(({ pid }) => still.has(pid)));
    } finally {
      for (const process of opened) process[Symbol.dispose]();
    }
  }
}

function openAll(pids: readonly number[]): readonly Pidfd[] {
  return pids.flatMap((pid) => Pidfd.open(pid) ?? []);
}

/**
 * Sends a signal to each of them.
 *
 * @throws RuntimeError `system` for the first that may not be sent it; the others were
 */
export function signalMembers(find: () => readonly number[], signal: number): void {
  const errors: unknown[] = [];
  withMembers(find, (members) => {
    for (const member of members) {
      try {
        member.signal(signal);
      } catch (error) {
        errors.push(error);
      }
    }
  });
  if (errors.length > 0) throw errors[0];
}
