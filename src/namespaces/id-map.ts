/** One map of ids in a user namespace, user_namespaces(7): what is written, and how it reads in a message. */
import type { IdMapping } from '../spec/types.ts';

export interface IdMap {
  readonly mappings: readonly IdMapping[];
  /** Where the config has it: `/linux/uidMappings`; empty where tsrun chose it. */
  readonly pointer: string;
  /** Path of newuidmap(1) or newgidmap(1); absent where this process writes the map itself. */
  readonly helper?: string;
}

export interface IdMaps {
  readonly uid: IdMap;
  readonly gid: IdMap;
  /**
   * setgroups(2) is given up: what an ordinary user pays for writing a map of groups (CVE-2014-8989). The
   * container's supplementary groups cannot be set then.
   */
  readonly denySetgroups: boolean;
}

/** What an id of the container is outside of it; undefined if it does not exist. */
export function hostId(mappings: readonly IdMapping[], id: number): number | undefined {
  const range = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size);
  return range && range.hostID + id - range.containerID;
}

/** Reads /proc/PID/uid_map or gid_map. */
export function parseMap(text: string): readonly IdMapping[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [containerID = 0, hostID = 0, size = 0] = line.trim().split(/ +/).map(Number);
      return { containerID, hostID, size };
    });
}

/** The kernel's format, which is also the helpers' arguments: inside, outside, count. */
export function mapLines(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('');
}

/** `0 → 1000, 1–65536 → 100000–165535` */
export function describeMap(mappings: readonly IdMapping[]): string {
  return mappings
    .map(
      ({ containerID, hostID, size }) =>
        `${describeRange(containerID, size)} → ${describeRange(hostID, size)}`,
    )
    .join(', ');
}

/** `100000–165535` */
export function describeRange(start: number, size: number): string {
  return size === 1 ? String(start) : `${start}–${start + size - 1}`;
}

/** Whether the id exists in the container. */
export function isMapped(mappings: readonly IdMapping[], id: number): boolean {
  return mappings.some(({ containerID, size }) => id >= containerID && id < containerID + size);
}
