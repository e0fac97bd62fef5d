/** The cgroups that a process of `exec` joins: the container's, one below it, or that of its first process. */

import { type ExecJoin, execJoinCgroups } from '../cgroups/exec-join.ts';
import { subCgroupPaths } from '../cgroups/sub-cgroups.ts';
import { attachBySystemd } from '../cgroups/systemd/attach.ts';
import { cgroupsOf, hostCgroups } from '../host/cgroups.ts';
import { identity, isPrivileged } from '../host/identity.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import type { Log } from '../log/log.ts';
import { gone, initsCgroups } from './astray.ts';
import { lostCgroups, ownCgroups } from './own-cgroups.ts';
import type { StateRecord } from './state-record.ts';

/**
 * @param first the container's first process
 * @param subCgroups see `ExecOptions`
 * @throws RuntimeError `cgroup`
 */
export function cgroupJoin(
  record: StateRecord,
  first: IdentifiedProcess,
  subCgroups: ReadonlyMap<string, string> | undefined,
  log: Log,
): ExecJoin {
  const { cgroups, systemd } = record;
  const paths = joinedPaths(record, first, subCgroups, log);
  // Who names a cgroup is to get that one.
  const fallback = subCgroups?.has('') ? undefined : () => first.read(() => unifiedCgroupOf(first.pid));
  const helper = systemd && attachBySystemd(systemd, cgroups);
  return execJoinCgroups(paths, 'clone', { privileged: isPrivileged(identity()), fallback, helper });
}

function joinedPaths(
  record: StateRecord,
  first: IdentifiedProcess,
  subCgroups: ReadonlyMap<string, string> | undefined,
  log: Log,
): readonly string[] {
  const own = ownCgroups(record);
  const lost = own.length === record.cgroups.length ? [] : lostCgroups(record);
  if (lost.length === 0) return subCgroups ? subCgroupPaths(own, subCgroups, hostCgroups()) : own;
  if (subCgroups) throw gone(record.id, lost[0] ?? '', 'join a cgroup below it');
  return [...own, ...initsCgroups(record, first, lost, log)];
}

/** The directory of a process's cgroup of version 2; undefined if there is none that we can reach. */
function unifiedCgroupOf(pid: number): string | undefined {
  const hierarchy = hostCgroups().find(({ version }) => version === 2);
  return hierarchy && cgroupsOf(pid)(hierarchy);
}
