/** Whether anything of a container is still on the host, its directory of state aside. */
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
  using first = openFirstProcess(record);
  using server = helper && openHelper(helper);
  return [
    ...(first ? [`process ${first.pid}`] : []),
    ...(server ? [`process ${server.pid} (fuse-overlayfs)`] : []),
    ...paths.filter(([, path]) => existsSync(path)).map(([kind, path]) => `${kind} "${path}"`),
  ];
}
