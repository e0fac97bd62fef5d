/** Errors and fallbacks for a container whose processes are not in its cgroups any more. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { cgroupsOf, type HostCgroups, hierarchyOf, hostCgroups } from '../host/cgroups.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import { existsSync } from '../kernel/file-system.ts';
import { ownPid } from '../kernel/own-process.ts';
import type { Log } from '../log/log.ts';
import { lostCgroups, wasRefused } from './own-cgroups.ts';
import type { StateRecord } from './state-record.ts';

export interface Held {
  readonly record: StateRecord;
  /** Its first process; undefined if it has ended. */
  readonly first: IdentifiedProcess | undefined;
  /** If they have been read already. */
  readonly host?: HostCgroups;
}

/**
 * Limits and the like must not be set on a cgroup that the container's first process is not in: they would have no
 * effect, or one on other processes.
 *
 * @param paths those of its cgroups that are meant
 * @param what is to be done: `pause the container`
 * @throws RuntimeError `cgroup`
 */
export function mustHoldInit({ record, first, host }: Held, paths: readonly string[], what: string): void {
  const [lost] = lostCgroups(record, paths);
  if (lost !== undefined) throw gone(record.id, lost, what);
  const directoryOf = first ? directoriesOf(first, host) : () => undefined;
  for (const path of new Set(paths)) {
    if (wasRefused(record, path)) continue;
    const actual = directoryOf(path);
    if (actual === undefined || `${actual}/`.startsWith(`${path}/`)) continue;
    throw new RuntimeError(
      'cgroup',
      `cannot ${what}: the container's first process is in "${actual}", not in its own cgroup "${path}"`,
      { hint: `another program has moved it; move it back: echo ${first?.pid} > ${path}/cgroup.procs` },
    );
  }
}

export function gone(id: string, path: string, what: string): RuntimeError {
  return new RuntimeError('cgroup', `cannot ${what}: the cgroup "${path}" of the container is gone`, {
    hint:
      'another program has moved its processes and removed the cgroup; to have it back, create the container again: ' +
      `tsrun delete --force ${id}`,
  });
}

/**
 * For `exec`: without its cgroup the process would have no limits, so it gets those of the container's first process.
 *
 * @param first the container's first process
 * @param lost the cgroups that are gone
 * @returns the directories to join instead; none if the first process is in the same cgroup as we are
 * @throws RuntimeError `cgroup` if a directory cannot be found
 */
export function initsCgroups(
  record: StateRecord,
  first: IdentifiedProcess,
  lost: readonly string[],
  log: Log,
): readonly string[] {
  const directoryOf = directoriesOf(first);
  const ours = directoriesOf();
  log.warning(`${nameOf(lost)} gone: the process joins the cgroup of the container's first process instead`, {
    hint: `its own limits are in force again when it is created again: tsrun delete --force ${record.id}`,
  });
  return lost.flatMap((path) => {
    const directory = directoryOf(path);
    if (directory === undefined || !existsSync(directory)) throw gone(record.id, path, 'join it');
    return directory === ours(path) ? [] : [directory];
  });
}

function nameOf([first, ...others]: readonly string[]): string {
  if (others.length === 0) return `the container's cgroup "${first}" is`;
  return `the container's cgroups "${first}" and ${others.length} more are`;
}

/** @param first us, if left out @returns for a directory, the one of the process in the same hierarchy; undefined if it cannot be reached from here */
function directoriesOf(
  first?: IdentifiedProcess,
  host = hostCgroups(),
): (path: string) => string | undefined {
  const directoryOf = first ? first.read(() => cgroupsOf(first.pid)) : cgroupsOf(ownPid());
  return (path) => {
    const hierarchy = hierarchyOf(path, host);
    return hierarchy && directoryOf?.(hierarchy);
  };
}
