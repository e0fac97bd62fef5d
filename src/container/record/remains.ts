/** Whether anything of a container is still on the host, its directory of state aside. */
import type { IdentifiedProcess } from '../../host/process-identity.ts';
import { existsSync } from '../../kernel/file-system.ts';
import { openFirstProcess, openHelper } from '../first-process.ts';
import type { StateRecord } from '../state-record.ts';

export function hasRemains(record: StateRecord): boolean {
  return remainsOf(record).length > 0;
}

/** @returns a line for each: what it is, and where */
export function remainsOf(record: StateRecord): string[] {
  const { cgroups, dataDirectory, resctrl, helper } = record;
  const paths = [
    ...cgroups.map((path) => ['cgroup', path] as const),
    ...(dataDirectory === undefined ? [] : [['writable layer', dataDirectory] as const]),
    ...(resctrl?.made ?? []).map((path) => ['resctrl group', path] as const),
  ];
  return [
    ...(mayLive(() => openFirstProcess(record)) ? [`process ${record.pid}`] : []),
    ...(helper && mayLive(() => openHelper(helper)) ? [`process ${helper.pid} (fuse-overlayfs)`] : []),
    ...paths.filter(([, path]) => existsSync(path)).map(([kind, path]) => `${kind} "${path}"`),
  ];
}

/** A process that cannot be told from others counts as one that lives. */
function mayLive(open: () => IdentifiedProcess | undefined): boolean {
  try {
    using process = open();
    return process !== undefined;
  } catch {
    return true;
  }
}
