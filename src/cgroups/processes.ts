/**
 * The processes in a container's cgroup and below it: found and signalled. What is known of the cgroup is its
 * directories, one per hierarchy; the files in them say which hierarchy it is.
 */

import { SIGKILL } from '../kernel/constants/process.ts';
import { existsSync, overwriteSync, readFileSync } from '../kernel/file-system.ts';
import { signalMembers } from '../kernel/members.ts';
import { visitCgroups } from './descendants.ts';

/**
 * The container's process ids, those that our pid namespace cannot see left out.
 *
 * @param paths directories of one cgroup; all hierarchies have the same processes, so one of them is asked
 */
export function cgroupProcesses(paths: readonly string[]): number[] {
  const path = paths.find((one) => existsSync(one));
  return path === undefined ? [] : processesBelow(path);
}

/** The process ids in one directory and all below it. */
export function processesBelow(path: string): number[] {
  const found = new Set<number>();
  const enter = (directory: string) => {
    // 0 is a process of another pid namespace.
    for (const line of linesOf(`${directory}/cgroup.procs`))
      if (line !== '' && line !== '0') found.add(Number(line));
  };
  visitCgroups(path, { enter });
  return [...found];
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Sends a signal to every process of the container. They are frozen meanwhile, so that none of them forks. */
export function signalCgroup(paths: readonly string[], signal: number): void {
  // `some` stops at the hierarchy that has a freezer.
  const isFrozen = paths.some((path) => setFrozen(path, true));
  try {
    signalMembers(() => cgroupProcesses(paths), signal);
  } finally {
    if (isFrozen) paths.some((path) => setFrozen(path, false));
  }
}

/** Kills every process of the container, and does not wait until they have ended. */
export function killCgroup(paths: readonly string[]): void {
  // One write since 5.14, and no process escapes it.
  if (!paths.some((path) => writeIfThere(`${path}/cgroup.kill`, '1'))) signalCgroup(paths, SIGKILL);
}

/** Version 1's freezer, or version 2. @returns whether the directory has one */
function setFrozen(path: string, frozen: boolean): boolean {
  return (
    writeIfThere(`${path}/freezer.state`, frozen ? 'FROZEN' : 'THAWED') ||
    writeIfThere(`${path}/cgroup.freeze`, frozen ? '1' : '0')
  );
}

function writeIfThere(path: string, text: string): boolean {
  try {
    overwriteSync(path, text);
    return true;
  } catch {
    return false;
  }
}
