/**
 * The mount entry `"type": "cgroup"` (and `cgroup2`, which is version 2 everywhere). Version 1: a tmpfs with one mount per hierarchy, which shows the
 * container's own cgroup and nothing above it; a version 2 beside it is not shown (hybrid). Version 2 alone: one
 * mount. In a new cgroup namespace these are new mounts, otherwise binds of the container's directories.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { CgroupHierarchy, HostCgroups } from '../host/cgroups.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, call, type FdArg, ignoreErrors } from '../kernel/call.ts';
import { close, fchmodat, mkdirat, symlinkat } from '../kernel/calls/file.ts';
import { mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { O_DIRECTORY } from '../kernel/constants/file.ts';
import { MOUNT_ATTR_RDONLY, MOVE_MOUNT_F_EMPTY_PATH } from '../kernel/constants/mount.ts';
import { describeErrno, EACCES, EBUSY, ENOENT, EPERM, errnoName } from '../kernel/errno.ts';
import { existsSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { emptyDirectory } from '../rootfs/empty-directory.ts';
import { type MountRequest, parseMountOptions } from '../rootfs/mount-options.ts';
import { newFilesystem, propagate } from '../rootfs/new-filesystem.ts';
import { stepOnTarget } from '../rootfs/target.ts';
import type { Mount } from '../spec/types.ts';
import { ALWAYS, bindOwn, type CgroupTree, mountNew } from './mount-tree.ts';
import type { CgroupDirectory, ContainerCgroups } from './paths.ts';

export interface CgroupMountContext {
  /** The root's mount. */
  readonly root: FdArg;
  readonly host: HostCgroups;
  /** The container's; without directories where it has none. */
  readonly cgroups: Pick<ContainerCgroups, 'directories'>;
  readonly log: Log;
  /** The container's first process has entered a cgroup namespace of its own by then. */
  readonly newCgroupNamespace: boolean;
}

/** To be executed while the host's mounts are still there, that is before the pivot. */
export function cgroupMountSteps(mount: Mount, index: number, context: CgroupMountContext): readonly Step[] {
  const pointer = `/mounts/${index}`;
  const name = `mount "cgroup" at "${mount.destination}"`;
  const request = parseMountOptions(mount.options ?? []);
  let last: Attempt | undefined;
  const attempt = stepOnTarget({
    name,
    pointer,
    root: context.root,
    path: mount.destination,
    missing: 'directory',
    flags: O_DIRECTORY,
    calls: (target) => {
      last = mountHierarchies(target, request, context, mount.type);
      return last.calls;
    },
    recover: (errno, failed) => {
      const simpler = simplify(context, errno, failed);
      if (!simpler && last && isUnreachable(errno, failed)) {
        const { destination } = mount;
        context.log.warning(`"${destination}" is empty: the container's cgroup cannot be reached from here`, {
          hint: 'leave out the mount of type "cgroup", or mount the cgroups of the host where /proc/self/mountinfo says',
        });
        return [cleanUp(last, failed, name, pointer, []), maskedStep(last.target, pointer)].flat();
      }
      if (!simpler) return explain(name, pointer, errno, failed);
      return [cleanUp(last, failed, name, pointer), ...cgroupMountSteps(mount, index, simpler)].flat();
    },
  });
  return [attempt];
}

/** Somebody else's cgroups must not be seen instead, let alone be written to (CVE-2023-25809). */
function maskedStep(target: Call, pointer: string): Step {
  const { calls, tree } = emptyDirectory();
  const covering = [...calls, moveMount(tree, target), close(tree), close(target)];
  return step('init', 'cover the place of the cgroups', pointer, covering);
}

interface Attempt {
  readonly target: Call;
  readonly calls: readonly Call[];
  /** What has to be closed when the attempt ends early. */
  readonly opened: readonly Call[];
}

function mountHierarchies(
  target: Call,
  request: MountRequest,
  context: CgroupMountContext,
  type: Mount['type'],
): Attempt {
  const unified = context.host.find(({ version }) => version === 2);
  const wantsUnified = type === 'cgroup2' || context.host.every(({ version }) => version === 2);
  if (wantsUnified && unified) return mountUnified(target, request, unified, context);
  return mountVersion1(target, request, context);
}

function mountUnified(
  target: Call,
  request: MountRequest,
  hierarchy: CgroupHierarchy,
  context: CgroupMountContext,
): Attempt {
  const { calls, tree } = treeOf(hierarchy, request, context);
  const attach = [moveMount(tree, target), ...propagate(tree, request), close(tree), close(target)];
  return { target, calls: [...calls, ...attach], opened: [tree] };
}

/** Everything that can fail comes before the first mount is attached, so that it can be tried in another way. */
function mountVersion1(target: Call, request: MountRequest, context: CgroupMountContext): Attempt {
  const hierarchies = context.host.filter(({ version }) => version === 1);
  const trees = hierarchies.map((hierarchy) => ({ hierarchy, ...treeOf(hierarchy, request, context) }));
  const attributes = { set: ALWAYS, clear: 0 };
  const tmpfs = newFilesystem('tmpfs', 'tmpfs', { attributes, superblock: [], data: ['mode=755'] });
  const calls = [
    ...[...trees.flatMap((one) => one.calls), ...tmpfs.calls],
    ...[moveMount(tmpfs.tree, target), ...propagate(tmpfs.tree, request), close(target)],
    ...trees.flatMap(({ hierarchy, tree }) => placeIn(tmpfs.tree, hierarchy, tree, request)),
    noMoreEntries(tmpfs.tree, request),
    close(tmpfs.tree),
  ];
  return { target, calls, opened: trees.map(({ tree }) => tree) };
}

/** Read-only where that is asked for; otherwise as /sys/fs/cgroup of sysfs: nobody makes entries there. */
function noMoreEntries(tmpfs: Call, { attributes }: MountRequest): Call {
  const readonly = attributes.set & MOUNT_ATTR_RDONLY;
  return readonly
    ? mountSetattr(tmpfs, { set: readonly }, { recursive: false })
    : fchmodat(tmpfs, '.', 0o555);
}

function treeOf(hierarchy: CgroupHierarchy, request: MountRequest, context: CgroupMountContext): CgroupTree {
  const directory = context.cgroups.directories.find((one) => isIn(one, hierarchy));
  return (context.newCgroupNamespace ? mountNew : bindOwn)(hierarchy, directory, request);
}

function isIn(directory: CgroupDirectory, { version, controllers }: CgroupHierarchy): boolean {
  return directory.version === version && directory.controllers.join() === controllers.join();
}

/** Under the name that the host has it by; `cpu` and `cpuacct` are links where they are one hierarchy. */
function placeIn(tmpfs: Call, { mountPoint }: CgroupHierarchy, tree: Call, request: MountRequest): Call[] {
  const name = mountPoint.slice(mountPoint.lastIndexOf('/') + 1);
  const merged = name.includes(',') ? name.split(',') : [];
  return [
    mkdirat(tmpfs, name, 0o755),
    // By name: the tmpfs is ours alone, nobody can have put a link there.
    call('move_mount', tree, '', tmpfs, name, MOVE_MOUNT_F_EMPTY_PATH),
    ...[...propagate(tree, request), close(tree)],
    ...merged.map((controller) => symlinkat(name, tmpfs, controller)),
  ];
}

/** What to try instead; undefined where nothing is left. */
function simplify(context: CgroupMountContext, errno: number, failed: Call): CgroupMountContext | undefined {
  // An ordinary user may not have got all of the cgroups.
  const { directories } = context.cgroups;
  const there = directories.filter(({ path }) => existsSync(path));
  if (isUnreachable(errno, failed) && there.length < directories.length) {
    return { ...context, cgroups: { directories: there } };
  }
  const isRefused = errno === EPERM || errno === EBUSY;
  if (isRefused && context.newCgroupNamespace && (failed.name === 'fsconfig' || failed.name === 'fsmount')) {
    return { ...context, newCgroupNamespace: false };
  }
  return undefined;
}

function isUnreachable(errno: number, { name }: Call): boolean {
  return (errno === ENOENT || errno === EACCES) && (name === 'open_tree' || name === 'openat');
}

/** @param more what is to be closed beside what the attempt has opened */
function cleanUp(
  attempt: Attempt | undefined,
  failed: Call,
  name: string,
  pointer: string,
  more = attempt ? [attempt.target] : [],
): Step[] {
  if (!attempt) return [];
  const done = attempt.calls.slice(0, attempt.calls.indexOf(failed));
  const opened = [...more, ...attempt.opened.filter((one) => done.includes(one))];
  const calls = opened.map((one) => ignoreErrors(close(one)));
  return calls.length === 0 ? [] : [{ kind: 'calls', actor: 'init', name, pointer, calls }];
}

function explain(name: string, pointer: string, errno: number, { name: failed }: Call): RuntimeError {
  return new RuntimeError('cgroup', `cannot ${name}: ${failed}: ${describeErrno(errno)}`, {
    pointer,
    call: failed,
    errno: errnoName(errno),
    hint: 'leave out the mount of type "cgroup", or give the container a cgroup namespace of its own',
  });
}
