/** `linux.seccomp.flags`, seccomp(2). */
import { probeFilterFlags } from '../kernel/calls/seccomp.ts';
import {
  SECCOMP_FILTER_FLAG_LOG,
  SECCOMP_FILTER_FLAG_NEW_LISTENER,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW,
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
} from '../kernel/constants/seccomp.ts';
import { EFAULT } from '../kernel/errno.ts';
import { attempt } from '../kernel/local.ts';
import type { Seccomp } from '../spec/types.ts';

export type FlagName = NonNullable<Seccomp['flags']>[number];

/** All that the specification has, by value. */
export const flagValues: Readonly<Record<FlagName, number>> = {
  SECCOMP_FILTER_FLAG_TSYNC,
  SECCOMP_FILTER_FLAG_LOG,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};

export const flagNames = Object.keys(flagValues) as readonly FlagName[];

/** What the profile asks the kernel for: its flags, and a listener where an action notifies one. */
export function filterFlags(profile: Seccomp): number {
  const asked = (profile.flags ?? []).reduce((sum, name) => sum | flagValues[name], 0);
  if (!notifies(profile)) return asked;
  // A number for the listener and one for a thread that failed would be one and the same without this.
  const tell = asked & SECCOMP_FILTER_FLAG_TSYNC ? SECCOMP_FILTER_FLAG_TSYNC_ESRCH : 0;
  return asked | SECCOMP_FILTER_FLAG_NEW_LISTENER | tell;
}

export function notifies({ defaultAction, syscalls = [] }: Seccomp): boolean {
  return defaultAction === 'SCMP_ACT_NOTIFY' || syscalls.some(({ action }) => action === 'SCMP_ACT_NOTIFY');
}

/** Those of the flags that this kernel does not know; `all` where it has no filters. */
export function unknownFlags(flags: number): readonly FlagName[] | 'all' {
  if (!isKnown(0)) return 'all';
  return flagNames.filter((name) => (flags & flagValues[name]) !== 0 && !isKnown(flagValues[name]));
}

/** @returns undefined where this kernel has no filters */
export function supportedFlags(): readonly FlagName[] | undefined {
  return isKnown(0) ? flagNames.filter((name) => isKnown(flagValues[name])) : undefined;
}

/** Asks the kernel, without loading anything. */
function isKnown(flag: number): boolean {
  // It waits for what a listener has received: on its own it is invalid.
  const listener = flag === SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
  return attempt(probeFilterFlags(flag | listener)) === -EFAULT;
}
