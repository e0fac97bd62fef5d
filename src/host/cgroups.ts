/**
 * The cgroup hierarchies that are mounted here, and where in them this process is: cgroups(7), proc(5)
 * (`/proc/self/cgroup`, `/proc/self/mountinfo`). Version 1, version 2, or both beside each other (hybrid).
 */
import { IN_ONE_PIECE, readFileSync } from '../kernel/file-system.ts';

export interface CgroupHierarchy {
  readonly version: 1 | 2;
  /** Version 1: `cpu`, `cpuacct` … or `name=systemd`. Version 2: none, they are found by directory. */
  readonly controllers: readonly string[];
  readonly mountPoint: string;
  /** Which directory of the hierarchy is at the mount point. */
  readonly root: string;
  /** Our own cgroup, from the root of the hierarchy. */
  readonly ownPath: string;
}

export type HostCgroups = readonly CgroupHierarchy[];

/** Reads what is mounted; nothing where /proc has no cgroups. */
export function hostCgroups(): HostCgroups {
  return parseHostCgroups(
    readOrEmpty('/proc/self/cgroup', IN_ONE_PIECE),
    readOrEmpty('/proc/self/mountinfo'),
  );
}

function readOrEmpty(path: string, reading?: typeof IN_ONE_PIECE): string {
  try {
    return readFileSync(path, 'utf8', reading);
  } catch {
    return '';
  }
}

/** @param own `/proc/self/cgroup` @param mountinfo `/proc/self/mountinfo` */
export function parseHostCgroups(own: string, mountinfo: string): HostCgroups {
  const ownPaths = parseOwnPaths(own);
  const found = new Set<string>();
  const hierarchies: CgroupHierarchy[] = [];
  for (const mount of reachable(cgroupMounts(mountinfo))) {
    const key = mount.version === 2 ? '' : (mount.options.find((option) => ownPaths.has(option)) ?? '');
    const membership = ownPaths.get(key);
    // The first mount of a hierarchy is the one that everybody uses.
    if (!membership || found.has(key) || (mount.version === 1 && key === '')) continue;
    const { version, mountPoint, root } = mount;
    found.add(key);
    const { controllers, path: ownPath } = membership;
    hierarchies.push({ version, controllers, mountPoint, root, ownPath });
  }
  return hierarchies;
}

interface Membership {
  readonly controllers: readonly string[];
  readonly path: string;
}

/** `4:memory:/a` by each controller's name; `0::/a`, version 2, by the empty name. */
function parseOwnPaths(text: string): Map<string, Membership> {
  const paths = new Map<string, Membership>();
  for (const line of text.split('\n')) {
    const first = line.indexOf(':');
    const second = line.indexOf(':', first + 1);
    if (second < 0) continue;
    const names = line.slice(first + 1, second);
    const controllers = names === '' ? [] : names.split(',');
    const membership = { controllers, path: line.slice(second + 1) };
    for (const name of names === '' ? [''] : controllers) paths.set(name, membership);
  }
  return paths;
}

interface CgroupMount {
  readonly version: 1 | 2;
  readonly mountPoint: string;
  readonly root: string;
  readonly options: readonly string[];
}

const TYPE = ' - cgroup';

/** Looks at the lines of cgroups only: a machine with many containers has thousands of others. */
function cgroupMounts(mountinfo: string): readonly CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (let at = mountinfo.indexOf(TYPE); at >= 0; at = mountinfo.indexOf(TYPE, at + 1)) {
    const start = mountinfo.lastIndexOf('\n', at) + 1;
    const end = mountinfo.indexOf('\n', at);
    const [type, , options = ''] = mountinfo.slice(at + 3, end < 0 ? undefined : end).split(' ');
    const [, , , root = '', mountPoint = ''] = mountinfo.slice(start, at).split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') continue;
    const version = type === 'cgroup' ? 1 : 2;
    mounts.push({
      version,
      mountPoint: unescapeOctal(mountPoint),
      root: unescapeOctal(root),
      options: options.split(','),
    });
  }
  return mounts;
}

/** Spaces and the like are `\040`. */
function unescapeOctal(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Version 2 mounted over the place of the others hides them, but they are still listed. */
function reachable(mounts: readonly CgroupMount[]): readonly CgroupMount[] {
  const covers = mounts.filter(({ version }) => version === 2).map(({ mountPoint }) => `${mountPoint}/`);
  return mounts.filter(({ mountPoint }) => !covers.some((cover) => mountPoint.startsWith(cover)));
}

/** The hierarchy that a directory is in. */
export function hierarchyOf(path: string, host: HostCgroups): CgroupHierarchy | undefined {
  const above = host.filter(({ mountPoint }) => path.startsWith(`${mountPoint}/`));
  return above.sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
}

/** @returns for a hierarchy the directory of the process's cgroup; undefined if it cannot be reached from here */
export function cgroupsOf(pid: number): (hierarchy: CgroupHierarchy) => string | undefined {
  const memberships = parseOwnPaths(readOrEmpty(`/proc/${pid}/cgroup`, IN_ONE_PIECE));
  return (hierarchy) => {
    const name = hierarchy.version === 2 ? '' : (hierarchy.controllers[0] ?? '');
    const path = memberships.get(name)?.path;
    return path === undefined ? undefined : reachableDirectory(hierarchy, path);
  };
}

/** @param path as in `/proc/PID/cgroup` @returns undefined for what is not below the mount's root */
export function reachableDirectory(
  { mountPoint, root }: Pick<CgroupHierarchy, 'mountPoint' | 'root'>,
  path: string,
): string | undefined {
  const inner = belowRoot(root, path);
  // "..": it is above the root of our cgroup namespace.
  return inner === undefined || inner.split('/').includes('..') ? undefined : joinPath(mountPoint, inner);
}

/** The directory of our own cgroup. In a container, only a part of the hierarchy may be mounted. */
export function ownDirectory({ mountPoint, root, ownPath }: CgroupHierarchy): string {
  return joinPath(mountPoint, belowRoot(root, ownPath) ?? '/');
}

/** `/proc/PID/cgroup` may have the host's paths. @returns undefined for what is not below the mount's root */
function belowRoot(root: string, path: string): string | undefined {
  if (root === '/') return path;
  return path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : undefined;
}

/** `/a` and `/` → `/a`; `/a` and `/b` → `/a/b` */
function joinPath(base: string, path: string): string {
  return path === '/' || path === '' ? base : `${base}${path}`;
}
