/** Waiting until a cgroup has no live processes in it, nor in those below: kernel, admin-guide/cgroup-v2.rst. */
import { decodeUtf8 } from '../kernel/bytes.ts';
import { read } from '../kernel/calls/file.ts';
import { O_RDONLY } from '../kernel/constants/file.ts';
import { closeSync, openSync } from '../kernel/file-system.ts';
import { performForBytes } from '../kernel/local.ts';
import { POLLPRI, pollBriefly } from '../kernel/poll.ts';
import { sleep } from '../kernel/sleep.ts';

/** Long enough for the few lines of `cgroup.events`. */
const SIZE = 256;

/**
 * Version 2 says when it happens; where there is none among them, the time just passes.
 *
 * @param paths directories of one cgroup
 * @param milliseconds at most
 */
export function waitUntilEmpty(paths: readonly string[], milliseconds: number): void {
  if (!paths.some((path) => waitForEvent(path, milliseconds))) sleep(milliseconds);
}

/** @returns whether the cgroup is one that tells */
function waitForEvent(path: string, milliseconds: number): boolean {
  let fd: number;
  try {
    fd = openSync(`${path}/cgroup.events`, O_RDONLY);
  } catch {
    return false;
  }
  try {
    // What changes from here on makes it readable.
    const populated = decodeUtf8(performForBytes(read(fd, SIZE))).includes('populated 1');
    if (populated) pollBriefly(fd, milliseconds, POLLPRI);
    return populated;
  } catch {
    return false;
  } finally {
    closeSync(fd);
  }
}
