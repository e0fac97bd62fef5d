/** Removes the resctrl groups that a container made; processes that are still in one go to the group above. */
import { readFileSync, rmdirSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import type { ResctrlRecord } from './group.ts';

/** @returns the directories that could not be removed */
export function removeResctrl({ made }: ResctrlRecord, log: Log): string[] {
  const left: string[] = [];
  // The monitoring group is in the other one.
  for (const directory of made.toReversed()) {
    try {
      // With a name of its own, a group may meanwhile be that of other containers too.
      if (readFileSync(`${directory}/tasks`, 'latin1').trim() === '') rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      log.warning(`cannot remove the resctrl group "${directory}": ${(error as Error).message}`, {
        pointer: '/linux/intelRdt',
      });
      left.push(directory);
    }
  }
  return left;
}
