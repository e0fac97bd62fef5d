/** What our caller has given us: environment, descriptors and limits. */

import { viewOf } from '../kernel/bytes.ts';
import { fcntl } from '../kernel/calls/file.ts';
import { ownLimit, prlimit64 } from '../kernel/calls/process.ts';
import { F_GETFD, O_RDWR } from '../kernel/constants/file.ts';
import { openSync } from '../kernel/file-system.ts';
import { attempt, perform, performForBytes } from '../kernel/local.ts';
import { notedOfCaller, ownEnvironment } from '../kernel/own-process.ts';

const RLIMIT_NOFILE = 7;

/** To be called first of all. */
export function prepareCaller(): void {
  openClosedStreams();
  restoreOpenFiles();
}

/** What we opened in the place of a closed 0, 1 or 2 would be read and written by mistake. */
function openClosedStreams(): void {
  // open(2) takes the lowest number that is free.
  for (const fd of [0, 1, 2]) if (attempt(fcntl(fd, F_GETFD, 0)) < 0) openSync('/dev/null', O_RDWR);
}

/** Sets back the limit if the JS runtime has raised it for itself, so that whatever we start has that of our caller. */
function restoreOpenFiles(): void {
  const soft = notedOfCaller()?.openFiles;
  if (soft === undefined) return;
  const hard = viewOf(performForBytes(ownLimit(RLIMIT_NOFILE))).getBigUint64(8, true);
  perform(prlimit64(0, RLIMIT_NOFILE, soft, hard));
}

/** By descriptor; a descriptor of the caller's may be marked close-on-exec once it has been asked for. */
const wasOpen = new Map<number, boolean>();

/** Whether the caller has left the descriptor open. */
export function isOpenForCaller(fd: number): boolean {
  const open = wasOpen.get(fd) ?? isInherited(fd);
  wasOpen.set(fd, open);
  return open;
}

function isInherited(fd: number): boolean {
  const noted = notedOfCaller();
  if (noted?.descriptors) return noted.descriptors.has(fd);
  const flags = attempt(fcntl(fd, F_GETFD, 0));
  // What we open is close-on-exec, and what is inherited is not, until a JS runtime such as Node marks it.
  return noted ? flags >= 0 : flags === 0;
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
