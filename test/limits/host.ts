/** Where proofs are made: the machine's cgroups, the manager and the user. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Place {
  readonly cgroup: 'v1' | 'hybrid' | 'v2';
  readonly manager: 'cgroupfs' | 'systemd';
  readonly user: 'root' | 'user';
}

export interface Host {
  readonly place: Place;
  /** Which version has a controller; 2 where none has it. */
  version(controller: string): 1 | 2;
  /** The directory of a process's cgroup in the hierarchy that has this controller. */
  directory(pid: number, controller: string): string;
  /** MAJOR:MINOR of the disk with this file. Absent where there is none, as with tmpfs and overlay. */
  disk(path: string): string | undefined;
  /** A directory for what proofs make, on a disk where there is one; it is there until the last of them. */
  readonly scratch: string;
}

interface Hierarchies {
  /** By controller. */
  readonly v1: ReadonlyMap<string, string>;
  readonly v2: string | undefined;
}

export interface HostOptions {
  readonly manager: Place['manager'];
  readonly scratch: string;
  /** As if version 1 were not there: the runtime is run in a mount namespace without it. */
  readonly onlyVersion2?: boolean;
}

export function findHost({ manager, scratch, onlyVersion2 = false }: HostOptions): Host {
  const mounted = mountedHierarchies();
  const { v1, v2 } = onlyVersion2 ? { ...mounted, v1: new Map<string, string>() } : mounted;
  const version = (controller: string) => (v1.has(controller) ? 1 : 2);
  return {
    place: {
      cgroup: v1.size === 0 ? 'v2' : v2 === undefined ? 'v1' : 'hybrid',
      manager,
      user: process.getuid?.() === 0 ? 'root' : 'user',
    },
    scratch,
    version,
    directory: (pid, controller) => {
      const mount = v1.get(controller) ?? v2;
      if (mount === undefined) throw new Error(`no cgroup hierarchy with "${controller}" is mounted`);
      return join(mount, pathOf(pid, v1.has(controller) ? controller : ''));
    },
    disk: diskOf,
  };
}

/** proc_pid_mountinfo(5). */
function mountedHierarchies(): Hierarchies {
  const v1 = new Map<string, string>();
  let v2: string | undefined;
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const path = mount.split(' ')[4] ?? '';
    const [type, , options = ''] = source.split(' ');
    if (type === 'cgroup2') v2 ??= path;
    if (type === 'cgroup') for (const name of options.split(',')) v1.set(name, path);
  }
  return { v1, v2 };
}

/** cgroups(7), `/proc/PID/cgroup`. @param controller of version 1, or nothing for version 2 */
function pathOf(pid: number, controller: string): string {
  for (const line of readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')) {
    const [number, names = '', ...path] = line.split(':');
    const wanted = controller === '' ? number === '0' : names.split(',').includes(controller);
    if (wanted) return path.join(':');
  }
  throw new Error(`process ${pid} is in no cgroup of "${controller}"`);
}

/** The whole disk: a partition has no limits of its own. */
function diskOf(path: string): string | undefined {
  const { dev } = statSync(path);
  const number = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  const device = `/sys/dev/block/${number}`;
  if (!existsSync(device)) return undefined;
  return existsSync(`${device}/partition`) ? readFileSync(`${device}/../dev`, 'utf8').trim() : number;
}
