/**
 * Which of the cgroups in a container's record are still its own. Others may move the container's processes and remove
 * the empty cgroup (systemd removes an empty scope by itself), and a new cgroup at the same path belongs to another program: no
 * process in it may be signalled, frozen or limited. The kernel does not use the inode number of a cgroup again.
 */
import { isOfOtherBoot } from '../host/process-identity.ts';
import { existsSync, statSync } from '../kernel/file-system.ts';
import { dirname } from '../kernel/path.ts';
import type { StateRecord } from './state-record.ts';

type Recorded = Pick<StateRecord, 'cgroups' | 'cgroupInodes'>;

/**
 * To be recorded once the container's first process is in its cgroups.
 *
 * @param refused paths that an ordinary user did not get
 */
export function inodesOf(paths: readonly string[], refused: ReadonlySet<string>): readonly number[] {
  return paths.map((path) => (refused.has(path) ? 0 : (statSync(path)?.ino ?? 0)));
}

/** The container's cgroups that still exist. */
export function ownCgroups(record: Recorded): readonly string[] {
  return record.cgroups.filter((_, index) => isOwn(record, index));
}

/** One of the container's cgroups, for what is the same in all hierarchies. */
export function anyOwnCgroup(record: Recorded): string | undefined {
  return record.cgroups.find((_, index) => isOwn(record, index));
}

/** Of a container that was never finished, the inode numbers are not known. */
function isOwn({ cgroups, cgroupInodes }: Recorded, index: number): boolean {
  const inode = statSync(cgroups[index] as string)?.ino;
  return inode !== undefined && inode === (cgroupInodes?.[index] ?? inode);
}

/** The cgroups that the container had and has lost. @param among the paths to look at; by default all */
export function lostCgroups(
  { cgroups, cgroupInodes }: Recorded,
  among: readonly string[] = cgroups,
): readonly string[] {
  return cgroups.filter((path, index) => {
    const inode = cgroupInodes?.[index] ?? 0;
    return inode !== 0 && among.includes(path) && statSync(path)?.ino !== inode;
  });
}

/** Whether an ordinary user's container was refused the cgroup when it was created. */
export function wasRefused({ cgroups, cgroupInodes }: Recorded, path: string): boolean {
  return cgroupInodes?.[cgroups.indexOf(path)] === 0;
}

/** Whether another container or unit has a cgroup by now where this one had its own. */
export function hasSuccessor(record: Recorded): boolean {
  return lostCgroups(record).some((path) => existsSync(path));
}

/** The same container, with what is still its own. */
export function withOwnCgroups(record: StateRecord): StateRecord {
  const { freezer, cgroupInodes, ...rest } = record;
  // Numbers begin anew with each boot, and no cgroup outlives one.
  const cgroups = isOfOtherBoot(record) ? [] : ownCgroups(record);
  const isOwn = freezer !== undefined && cgroups.includes(dirname(freezer));
  return { ...rest, cgroups, ...(isOwn ? { freezer } : {}) };
}

/** The file that freezes it, if that is still its own. */
export function ownFreezer({ freezer, cgroups, cgroupInodes }: StateRecord): string | undefined {
  if (freezer === undefined || !cgroupInodes) return freezer;
  const directory = dirname(freezer);
  const inode = cgroupInodes[cgroups.indexOf(directory)];
  return statSync(directory)?.ino === inode ? freezer : undefined;
}
