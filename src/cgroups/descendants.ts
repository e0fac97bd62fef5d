/**
 * The cgroups that a container has made below its own: by descriptors, since it decides how deep they are and how long
 * their names. A path of theirs may be longer than any path can be.
 */

import { close, openat, unlinkat } from '../kernel/calls/file.ts';
import { AT_FDCWD, AT_REMOVEDIR, O_DIRECTORY, O_NOFOLLOW, O_RDONLY } from '../kernel/constants/file.ts';
import { subdirectoriesSync } from '../kernel/file-system.ts';
import { attempt } from '../kernel/local.ts';

const DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

interface Visitor {
  /** Before those below it. @param directory a short path of the cgroup, good for the moment */
  readonly enter?: (directory: string) => void;
  /** After those below it, and not for the first one. */
  readonly leave?: (parent: number, name: string) => void;
}

/** Visits a cgroup and all below it. What is removed meanwhile is left out. */
export function visitCgroups(path: string, { enter, leave }: Visitor): void {
  let current = attempt(openat(AT_FDCWD, path, DIRECTORY));
  if (current < 0) return;
  const pending = [arrive(current)];
  const names: string[] = [];
  for (;;) {
    const name = pending.at(-1)?.pop();
    if (name === undefined) {
      pending.pop();
      const own = names.pop();
      // A cgroup stays below the one that it was made in.
      const above = own === undefined ? -1 : attempt(openat(current, '..', DIRECTORY));
      attempt(close(current));
      if (own === undefined || above < 0) return;
      current = above;
      leave?.(current, own);
      continue;
    }
    const opened = attempt(openat(current, name, DIRECTORY));
    if (opened < 0) continue;
    attempt(close(current));
    current = opened;
    names.push(name);
    pending.push(arrive(current));
  }

  function arrive(fd: number): string[] {
    const directory = `/proc/self/fd/${fd}`;
    enter?.(directory);
    try {
      return subdirectoriesSync(`${directory}/.`);
    } catch {
      // Removed meanwhile.
      return [];
    }
  }
}

/** Removes the cgroups below one, as far as they have no processes. */
export function removeDescendants(path: string): void {
  visitCgroups(path, {
    leave: (parent, name) => {
      attempt(unlinkat(parent, name, AT_REMOVEDIR));
    },
  });
}
