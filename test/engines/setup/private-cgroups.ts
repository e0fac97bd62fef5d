/** A cgroup in every hierarchy of the machine, as the root of a private host's own view of them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PrivateCgroup {
  /** Where the machine has the hierarchy mounted. */
  readonly point: string;
  readonly type: string;
  readonly options: string;
  /** The host's cgroup in it, as the machine sees it. */
  readonly own: string;
}

export function makePrivateCgroups(name: string): PrivateCgroup[] {
  return hierarchies().map((hierarchy) => {
    const own = join(hierarchy.point, name);
    mkdirSync(own);
    // Version 1 lets no process in before these are set.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (hierarchy.type === 'cgroup' && existsSync(join(own, file)))
        writeFileSync(join(own, file), readFileSync(join(hierarchy.point, file)));
    }
    return { ...hierarchy, own };
  });
}

/** Once all processes are gone; the kernel may take a moment to see it. */
export async function removePrivateCgroups(cgroups: readonly PrivateCgroup[]): Promise<void> {
  for (const { own } of cgroups) {
    for (const end = Date.now() + 10_000; !removed(own); await sleep(20)) {
      if (Date.now() > end) throw new Error(`cannot remove the cgroup ${own}: it is in use`);
    }
  }
}

/** At the top of every hierarchy; those that are in use stay. */
export function removeCgroupsWhere(isUnwanted: (name: string) => boolean): void {
  for (const { point } of hierarchies()) {
    for (const name of readdirSync(point).filter(isUnwanted)) removed(join(point, name));
  }
}

function removed(directory: string): boolean {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removed(join(directory, entry.name));
    }
    rmdirSync(directory);
  } catch {
    // In use, or gone in the meantime.
  }
  return !existsSync(directory);
}

function hierarchies(): Omit<PrivateCgroup, 'own'>[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' - '))
    .map(([mount = '', system = '']) => ({ point: mount.split(' ')[4] ?? '', fields: system.split(' ') }))
    .filter(({ point, fields }) => fields[0]?.startsWith('cgroup') && point.startsWith('/sys/fs/cgroup'))
    .map(({ point, fields: [type = '', , options = ''] }) => ({ point, type, options }));
}
