/** Hearing of it when a container runs out of memory. */
import type { Interest } from '../kernel/poll.ts';
import type { CgroupDirectory } from './paths.ts';
import { watchVersion1 } from './v1/oom-watch.ts';
import { watchVersion2 } from './v2/oom-watch.ts';

export interface OomWatch extends Disposable {
  /** Wakes up when there may be news. */
  readonly interest: Interest;
  /** What has happened since the last time; to be called when it has woken up. */
  news(): 'out of memory' | 'nothing' | 'cgroup gone';
}

/** @returns undefined where the container has no memory controller */
export function watchOom(directories: readonly CgroupDirectory[]): OomWatch | undefined {
  const own = directories.find(({ controllers }) => controllers.includes('memory'));
  if (own) return watchVersion1(own.path);
  const unified = directories.length === 1 ? directories[0] : undefined;
  return unified && watchVersion2(unified.path);
}
