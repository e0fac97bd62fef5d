/**
 * A tmpfs that an earlier entry has put above a destination, as every configuration has it for /dev/pts. It is
 * empty and nobody else's yet: what is missing in it is made at once, and by its own descriptor.
 */
import type { Call } from '../kernel/call.ts';
import type { Mount } from '../spec/types.ts';
import type { MountContext } from './mount-context.ts';

export interface Near {
  readonly tree: Call;
  /** From there; begins with a slash. */
  readonly path: string;
}

/** Where the destination is in such a tmpfs; undefined where what is nearest above it is something else. */
export function nearTmpfs(
  destination: string,
  index: number,
  { mounts, newTmpfs }: MountContext,
): Near | undefined {
  for (let above = index - 1; above >= 0; above--) {
    const place = (mounts[above] as Mount).destination;
    if (destination !== place && !destination.startsWith(`${place}/`)) continue;
    const tree = newTmpfs.get(above);
    return tree && destination !== place ? { tree, path: destination.slice(place.length) } : undefined;
  }
  return undefined;
}

/** Notes the tmpfs of an entry, where there are others to be made in it. @returns whether it is to stay open */
export function noteTmpfs(
  { type, destination, options = [] }: Mount,
  index: number,
  tree: Call,
  { mounts, newTmpfs }: MountContext,
): boolean {
  if (
    type !== 'tmpfs' ||
    options.includes('tmpcopyup') ||
    !/^(?:\/(?!\.\.?(?:\/|$))[^/]+)+$/.test(destination)
  )
    return false;
  const isUsed = mounts.some(
    (mount, other) => other > index && mount.destination.startsWith(`${destination}/`),
  );
  if (isUsed) newTmpfs.set(index, tree);
  return isUsed;
}
