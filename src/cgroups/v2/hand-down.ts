/**
 * A cgroup of version 2 has the controllers that every level above it hands down: cgroups(7), "Cgroups v2 subtree
 * control". All that are to be had are handed down, as runc and crun do it: without the memory controller nobody
 * could count what a container without limits uses.
 */
import type { HandDown } from '../limits.ts';
import type { LimitsRequest } from '../manager.ts';

type Looks = Pick<LimitsRequest, 'host' | 'read'>;

export interface Handed {
  /** From the top: what the levels do not hand down yet. */
  readonly handDown: readonly HandDown[];
  /** What the container's cgroup has then. */
  readonly available: readonly string[];
  /** What the top level has. */
  readonly known: readonly string[];
}

/**
 * What a level that is an administrator's does not hand down, the ones below it do not have.
 *
 * @param path the container's directory
 * @param needed controllers that there are limits for
 */
export function handDownTo(
  path: string,
  needed: readonly string[],
  { host, read, isRefused }: Pick<LimitsRequest, 'host' | 'read' | 'isRefused'>,
): Handed {
  const top = topOfVersion2({ host });
  const known = controllersOfVersion2({ host, read });
  const handDown: HandDown[] = [];
  let available = known;
  for (const directory of levelsAbove(top, path)) {
    const file = `${directory}/cgroup.subtree_control`;
    const has = words(read(file));
    const lacks = available.filter((name) => !has.includes(name));
    if (lacks.length === 0) continue;
    if (isRefused(file)) available = has;
    else
      handDown.push({ directory, controllers: lacks, needed: lacks.filter((name) => needed.includes(name)) });
  }
  return { handDown, available, known };
}

/** Where the hierarchy is mounted; empty where it is not. */
export function topOfVersion2({ host }: Pick<Looks, 'host'>): string {
  return host.find(({ version }) => version === 2)?.mountPoint ?? '';
}

/** Those that the hierarchy has for us, cgroup.controllers. */
export function controllersOfVersion2({ host, read }: Looks): readonly string[] {
  const top = topOfVersion2({ host });
  return top === '' ? [] : words(read(`${top}/cgroup.controllers`));
}

/** `/sys/fs/cgroup` and `/sys/fs/cgroup/a/b` → the first, and `/sys/fs/cgroup/a` */
function levelsAbove(top: string, path: string): string[] {
  const names = path
    .slice(top.length + 1)
    .split('/')
    .slice(0, -1);
  return [top, ...names.map((_, index) => [top, ...names.slice(0, index + 1)].join('/'))];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
