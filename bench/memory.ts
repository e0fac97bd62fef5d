/** Memory of processes that live, from proc_pid_smaps(5). Root's bench reads it, not the worker, which may be an ordinary user. */
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes. An ordinary user gets the kernel's cheaper count for a process that is not dumpable. */
export function residentSet(pid: string): number {
  const [, kilobytes] = /^(?:Rss|VmRSS):\s+(\d+) kB/m.exec(report(pid)) ?? [];
  return Number(kilobytes) * 1024;
}

function report(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  }
}

/** Bytes of a process and its descendants, without those below `except`. */
export function residentSetOfTree(pid: string, except: string): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  const others = children.filter((child) => child !== except);
  return others.reduce((sum, child) => sum + residentSetOfTree(child, except), residentSet(pid));
}
