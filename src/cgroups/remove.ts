/** Removes the container's cgroups, with those that it made inside its own. */
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { existsSync, rmdirSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { removeDescendants } from './descendants.ts';
import { waitUntilEmpty } from './populated.ts';

/** Milliseconds. A process that was killed is a member until it has gone through its exit. */
const PATIENCE = 2000;
const LONGEST_PAUSE = 64;

/**
 * What is not there, is removed already.
 *
 * @param paths the directories of one cgroup, or of several
 * @param patience how long to wait for members to end, milliseconds
 * @returns the paths that could not be removed
 */
export function removeCgroups(paths: readonly string[], log: Log, patience = PATIENCE): readonly string[] {
  const left = removeWhenEmpty(removeTrees(paths), patience);
  for (const path of left) {
    log.warning(`cannot remove the cgroup "${path}"`, {
      hint: `see which processes it has: cat ${path}/cgroup.procs`,
    });
  }
  return left;
}

/** @returns the paths that still had members when the time was over */
function removeWhenEmpty(paths: readonly string[], patience: number): readonly string[] {
  // The usual case, which reads no clock.
  if (paths.length === 0) return paths;
  const deadline = monotonicMilliseconds() + patience;
  let left = paths;
  for (
    let pause = 1;
    left.length > 0 && monotonicMilliseconds() < deadline;
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  ) {
    waitUntilEmpty(left, pause);
    left = removeTrees(left);
  }
  return left;
}

/** @returns the paths that could not be removed */
function removeTrees(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !removeTree(path));
}

/** @returns whether it is gone */
function removeTree(path: string): boolean {
  if (removeAtOnce(path)) return true;
  // The children first. Most containers have none: nothing is listed before it has to be.
  removeDescendants(path);
  return removeAtOnce(path);
}

/** @returns whether it is gone: it had no processes, and no cgroups in it */
export function removeAtOnce(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    // Where the filesystem is read-only, the error says nothing about what is there.
    return !existsSync(path);
  }
}
