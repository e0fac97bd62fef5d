/** Whether a process has ended; one that its parent has yet to reap has. */
import { readFileSync } from 'node:fs';

export function hasEnded(pid: number | string): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2] === 'Z';
  } catch {
    return true;
  }
}

/** Naps until it is so, at most so many milliseconds. @returns whether it is so */
export function waitUntil(isSo: () => boolean, longest: number, nap: number): boolean {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + longest; Date.now() < end; Atomics.wait(never, 0, 0, nap))
    if (isSo()) return true;
  return isSo();
}
