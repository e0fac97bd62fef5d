/**
 * Delegation: a container with a cgroup namespace and a writable cgroup mount makes cgroups below its own.
 * config-linux.md, "Cgroup ownership"; cgroups(7), "Cgroups delegation: delegating a hierarchy to a less privileged
 * user".
 */
import { type Step, step } from '../../init/step.ts';
import { tolerate } from '../../kernel/call.ts';
import { close, fchownat, openat } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY, O_NOFOLLOW, O_PATH } from '../../kernel/constants/file.ts';
import { EACCES, ENOENT } from '../../kernel/errno.ts';
import { hostId } from '../../namespaces/id-map.ts';
import type { Config, IdMapping, Namespace } from '../../spec/types.ts';

export interface CgroupOwner {
  /** On the host. */
  readonly uid: number;
  /** -1 leaves it. Without it, root of the container's user namespace could not look after the files for `exec`. */
  readonly gid: number;
  /** Of the cgroup's files, those that go with the directory. */
  readonly files: readonly string[];
}

export interface OwnerRequest {
  readonly config: Pick<Config, 'mounts' | 'process'>;
  readonly namespaces: readonly Namespace[];
  /** Of the new user namespace; undefined where none is made. */
  readonly maps: { readonly uid: readonly IdMapping[]; readonly gid: readonly IdMapping[] } | undefined;
  /** Of the container's process, where it has others in a namespace nested in the container's. */
  readonly outer: { readonly uid: number; readonly gid: number } | undefined;
  /** Our own user id, whose the cgroup is in any case. */
  readonly euid: number;
}

/** Kernels before 4.15 do not list them. */
const always = ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];
const LIST = '/sys/kernel/cgroup/delegate';

/**
 * Whom the container's cgroup is given to: the user that its process runs as.
 *
 * @param read a file's content, empty where it is not there
 * @returns undefined where nothing is given away: without a new cgroup namespace, with a read-only mount or none, or
 *   where it is ours. Ordinary users can give away nothing
 */
export function cgroupOwner(request: OwnerRequest, read: (path: string) => string): CgroupOwner | undefined {
  if (!isGivenAway(request)) return undefined;
  const { config, maps, outer = config.process.user, euid } = request;
  const uid = maps ? hostId(maps.uid, outer.uid) : outer.uid;
  if (uid === undefined || uid === euid) return undefined;
  const gid = maps ? hostId(maps.gid, outer.gid) : outer.gid;
  const listed = read(LIST)
    .split('\n')
    .filter((name) => /^[\w.]+$/.test(name));
  return { uid, gid: gid ?? -1, files: listed.length > 0 ? listed : always };
}

function isGivenAway({ config, namespaces, euid }: OwnerRequest): boolean {
  const isNew = (kind: string) => namespaces.some(({ type, path }) => type === kind && !path);
  const joinsUser = namespaces.some(({ type, path }) => type === 'user' && path);
  return euid === 0 && !joinsUser && isNew('cgroup') && hasWritableMount(config);
}

function hasWritableMount({ mounts = [] }: Pick<Config, 'mounts'>): boolean {
  return mounts.some(
    ({ destination, type, options = [] }) =>
      (type === 'cgroup' || type === 'cgroup2') &&
      /^\/sys\/fs\/cgroup\/*$/.test(destination.replace(/\/{2,}/g, '/')) &&
      !options.includes('ro') &&
      !options.includes('rro'),
  );
}

/**
 * To be done before the container has a process: what it may write to is the directory and the files that the kernel
 * lists, not the limits.
 */
export function ownerSteps(path: string, { uid, gid, files }: CgroupOwner): readonly Step[] {
  // Root of a user namespace may not have got the directory at all.
  const opened = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  const directory = tolerate(opened, ENOENT, EACCES);
  return [
    step('stub', `give the cgroup to user ${uid}`, '/linux/namespaces', [
      directory,
      fchownat(directory, '', uid, gid),
      // The list is of all files that there may be: a controller that is not handed down has none.
      ...files.map((file) => tolerate(fchownat(directory, file, uid, gid), ENOENT)),
      close(directory),
    ]),
  ];
}
