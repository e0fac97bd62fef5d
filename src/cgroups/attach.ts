/**
 * How a single-threaded process puts itself into a cgroup: the calls.
 *
 * Writing to `cgroup.procs` makes the kernel stop every clone, exec and exit on the machine for a moment
 * (`cgroup_threadgroup_rwsem`), which costs an RCU grace period: 7 to 19 ms, measured. A process that moves only
 * itself, through version 1's `tasks`, needs no such lock: 20 µs. Version 2 has nothing of the kind, but a child
 * can be born in the cgroup (`CLONE_INTO_CGROUP`, clone3(2)), which costs nothing.
 */
import { type Call, tolerate } from '../kernel/call.ts';
import { close, openat, write } from '../kernel/calls/file.ts';
import { cloneTree } from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH, O_WRONLY } from '../kernel/constants/file.ts';
import { EACCES, ENOENT } from '../kernel/errno.ts';
import type { CgroupDirectory } from './paths.ts';

/** What is made of a call before others refer to it: itself, or one whose errors are results. */
export type Manner = (call: Call) => Call;

/** An error ends the list. */
export const strictly: Manner = (call) => call;

/** The caller of these calls, one thread, becomes a member. */
export function attachSelf(
  { version, path }: Pick<CgroupDirectory, 'version' | 'path'>,
  manner: Manner = strictly,
): Call[] {
  const members = manner(openat(AT_FDCWD, `${path}/${version === 1 ? 'tasks' : 'cgroup.procs'}`, O_WRONLY));
  return [members, manner(write(members, '0')), manner(close(members))];
}

/** A handle for clone3(2). */
export function openDirectory({ path }: Pick<CgroupDirectory, 'path'>): Call {
  return openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
}

/** The same for a cgroup that an ordinary user may have been refused; without a handle, clone3 fails with EBADF. */
export function openForClone(directory: Pick<CgroupDirectory, 'path'>): Call {
  return tolerate(openDirectory(directory), ENOENT, EACCES);
}

/**
 * The same as a mount of its own, for who may make one: from the descriptor nothing above the cgroup can be reached.
 * A process of the container that may trace all others gets at it before it is closed (CVE-2016-9962).
 */
export function openDetached({ path }: Pick<CgroupDirectory, 'path'>): Call {
  return cloneTree(AT_FDCWD, path, { recursive: false });
}
