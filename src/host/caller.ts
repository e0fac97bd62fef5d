/** What our caller has given us: environment and descriptors. */

import { viewOf } from '../kernel/bytes.ts';
import { callWithOut, out } from '../kernel/call.ts';
import { prlimit64 } from '../kernel/calls/process.ts';
import { O_RDWR } from '../kernel/constants/file.ts';
import { openSync } from '../kernel/file-system.ts';
import { perform, performForBytes } from '../kernel/local.ts';
import { notedOfCaller, ownEnvironment } from '../kernel/own-process.ts';
import { closedAmong } from '../kernel/poll.ts';

/** How many of the caller's descriptors are known; a process has 1,024 of them, as a rule. */
export const KNOWN_DESCRIPTORS = 64;

let closed: ReadonlySet<number> = new Set();
let noted: ReadonlySet<number> | undefined;

const RLIMIT_NOFILE = 7;

/**
 * Notes which descriptors the caller has left open, and opens those of 0, 1 and 2 that are closed: what we opened in
 * their place would be read and written by mistake. To be called first of all.
 */
export function noteDescriptors(): void {
  closed = closedAmong(KNOWN_DESCRIPTORS);
  // open(2) takes the lowest number that is free.
  for (const fd of [0, 1, 2]) if (closed.has(fd)) openSync('/dev/null', O_RDWR);
}

/** Sets back what the JS runtime has changed for itself, so that whatever we start has it from our caller. */
export function restoreCaller(): void {
  const given = notedOfCaller();
  if (!given) return;
  noted = given.descriptors;
  const memory = out(16);
  const limit = performForBytes(callWithOut('prlimit64', memory, 0, RLIMIT_NOFILE, 0, memory));
  perform(prlimit64(0, RLIMIT_NOFILE, given.openFiles, viewOf(limit).getBigUint64(8, true)));
}

/** Whether the caller has left the descriptor open. */
export function isOpenForCaller(fd: number): boolean {
  return !closed.has(fd) && noted?.has(fd) !== false;
}

/** One variable of the caller's; the first of equal names counts, as for getenv(3). */
export function callerVariable(name: string): string | undefined {
  const start = `${name}=`;
  return ownEnvironment()
    .find((assignment) => assignment.startsWith(start))
    ?.slice(start.length);
}

export function callerEnvironment(): Record<string, string> {
  // Not an object literal: a variable may be called `__proto__`.
  const caller: Record<string, string> = Object.create(null);
  for (const assignment of ownEnvironment()) {
    const equals = assignment.indexOf('=');
    if (equals >= 0) caller[assignment.slice(0, equals)] ??= assignment.slice(equals + 1);
  }
  return caller;
}
