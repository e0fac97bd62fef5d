/**
 * Which cgroup a container gets: config-linux.md, "Cgroups Path". The same places as runc's cgroupfs manager,
 * so that what watches runc's containers finds ours.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type CgroupHierarchy, type HostCgroups, ownDirectory } from '../host/cgroups.ts';
import { isSystemdPath } from './systemd/unit-name.ts';

/** The container's cgroup in one hierarchy. Plain data: it goes into the state file as it is. */
export interface CgroupDirectory {
  readonly version: 1 | 2;
  /** Version 1 only. */
  readonly controllers: readonly string[];
  /** Absolute, as the host sees it. */
  readonly path: string;
}

export interface CgroupRequest {
  readonly id: string;
  /** linux.cgroupsPath */
  readonly cgroupsPath?: string | undefined;
  /** With systemd: where its unit is, from the root of the hierarchies. */
  readonly unitPath?: string | undefined;
}

export interface ContainerCgroups {
  readonly directories: readonly CgroupDirectory[];
  /** The config names the place: it is an error if it cannot be had. */
  readonly explicit: boolean;
}

const POINTER = '/linux/cgroupsPath';

/** @throws RuntimeError `config` where the path is of no use */
export function containerCgroups(host: HostCgroups, request: CgroupRequest): ContainerCgroups {
  const { id, cgroupsPath = '', unitPath } = request;
  const explicit = cgroupsPath !== '';
  if (unitPath !== undefined) return { directories: unitDirectories(host, unitPath), explicit: true };
  return { directories: directories(host, explicit ? checked(cgroupsPath) : id), explicit };
}

function directories(host: HostCgroups, inner: string): CgroupDirectory[] {
  const unifiedOnly = host.every(({ version }) => version === 2);
  return host.map((hierarchy) => ({
    version: hierarchy.version,
    controllers: hierarchy.controllers,
    path: inner.startsWith('/')
      ? `${hierarchy.mountPoint}${inner}`
      : `${base(hierarchy, unifiedOnly)}/${inner}`,
  }));
}

function unitDirectories(host: HostCgroups, ownPath: string): CgroupDirectory[] {
  return host.map((hierarchy) => ({
    version: hierarchy.version,
    controllers: hierarchy.controllers,
    path: ownDirectory({ ...hierarchy, ownPath }),
  }));
}

/**
 * Version 2 alone: a cgroup with processes in it, as our own, cannot hand controllers down, so the container's
 * stands beside it.
 */
function base(hierarchy: CgroupHierarchy, unifiedOnly: boolean): string {
  const own = ownDirectory(hierarchy);
  if (!unifiedOnly || own === hierarchy.mountPoint) return own;
  return parentOf(own);
}

/** `/sys/fs/cgroup/a/b` → `/sys/fs/cgroup/a` */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The path without empty and `.` components. */
function checked(path: string): string {
  if (isSystemdPath(path)) {
    throw new RuntimeError('config', `cgroupsPath "${path}" has systemd's form, "slice:prefix:name"`, {
      pointer: POINTER,
      hint: 'give the option --systemd-cgroup, or write a path such as "/containers/web"',
    });
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    throw new RuntimeError('config', `cgroupsPath "${path}" leaves its parent with ".."`, {
      pointer: POINTER,
      hint: 'write an absolute path: it is counted from the root of each hierarchy',
    });
  }
  if (parts.length === 0) {
    throw new RuntimeError('config', `cgroupsPath "${path}" is the root of the hierarchies`, {
      pointer: POINTER,
      hint: 'a container needs a cgroup of its own: name one, or leave cgroupsPath out',
    });
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}
