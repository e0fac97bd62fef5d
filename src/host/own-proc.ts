/**
 * Whether the numbers in /proc are those that system calls take: a process that is moved into a pid namespace keeps
 * seeing the /proc of another one until it is mounted anew (pid_namespaces(7), "/proc and PID namespaces").
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { readlinkSync, statSync } from '../kernel/file-system.ts';
import { ownPid } from '../kernel/own-process.ts';

/** PROC_PID_INIT_INO, include/linux/proc_ns.h. */
const INITIAL_PID_NAMESPACE = 4026531836;

let ours: boolean | undefined;

/** Whether /proc shows the processes of our pid namespace, under the numbers that they have in it. */
export function procIsOurs(): boolean {
  ours ??= linkToSelf() === String(ownPid());
  return ours;
}

function linkToSelf(): string | undefined {
  try {
    return readlinkSync('/proc/self');
  } catch {
    return undefined;
  }
}

/** @throws RuntimeError `system` if /proc is another pid namespace's */
export function requireOwnProc(): void {
  if (procIsOurs()) return;
  throw new RuntimeError('system', '"/proc" does not belong to the pid namespace of this process', {
    hint: `mount it in a mount namespace of its own: ${OWN_PROC}`,
  });
}

/** What a shell can be given that has a pid namespace, but not the /proc of it. */
export const OWN_PROC = "unshare --mount sh -c 'mount -t proc proc /proc && exec tsrun …'";

let namespace: number | undefined;

/** Our pid namespace's inode number. */
export function ownPidNamespace(): number | undefined {
  namespace ??= statSync('/proc/self/ns/pid')?.ino;
  return namespace;
}

/** Whether we have a number for every process of the machine. */
export function inInitialPidNamespace(): boolean {
  return ownPidNamespace() === INITIAL_PID_NAMESPACE;
}
