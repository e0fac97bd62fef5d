/** The group of a container in resctrl: which one, and what of it is made: config-linux.md (IntelRdt). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { existsSync } from '../kernel/file-system.ts';
import type { IntelRdt } from '../spec/types.ts';
import { resctrlMount } from './mount.ts';
import { wantedLines } from './schemata.ts';

const POINTER = '/linux/intelRdt';

/** What is kept of it in the container's record. */
export interface ResctrlRecord {
  /** Directories whose `tasks` processes join, in this order. */
  readonly joined: readonly string[];
  /** Of these, those that this container makes. */
  readonly made: readonly string[];
}

export interface ResctrlGroup extends ResctrlRecord {
  readonly directory: string;
  /** To be written, or to be found where the group is there already. */
  readonly lines: readonly string[];
  readonly lastStatus: string;
}

/** @throws RuntimeError where the host cannot do what is asked for */
export function resctrlGroup(asked: IntelRdt, id: string, mount = resctrlMount(POINTER)): ResctrlGroup {
  const { closID, enableMonitoring, enableCMT, enableMBM } = asked;
  refuseLacking(asked, mount);
  // "/" is the group of everything that has no other.
  const directory = closID === '/' ? mount : `${mount}/${closID || id}`;
  const lines = wantedLines(asked);
  const isThere = existsSync(directory);
  if (closID && lines.length === 0 && !isThere) {
    throw new RuntimeError(
      'config',
      `there is no resctrl group "${closID}", and no schemata to make one with`,
      {
        pointer: `${POINTER}/closID`,
        hint: `as root: mkdir ${directory}; or give it schemata`,
      },
    );
  }
  if (enableMonitoring || enableCMT || enableMBM) refuseWithoutMonitoring(mount, asked);
  const monitoring = enableMonitoring ? [`${directory}/mon_groups/${id}`] : [];
  return {
    directory,
    lines,
    joined: [directory, ...monitoring],
    made: [...(isThere ? [] : [directory]), ...monitoring],
    lastStatus: `${mount}/info/last_cmd_status`,
  };
}

function refuseLacking({ l3CacheSchema, memBwSchema }: IntelRdt, mount: string): void {
  const parts = [
    { field: 'l3CacheSchema', value: l3CacheSchema, resource: 'L3', name: 'CAT' },
    { field: 'memBwSchema', value: memBwSchema, resource: 'MB', name: 'MBA' },
  ];
  for (const { field, value, resource, name } of parts) {
    if (!value || existsSync(`${mount}/info/${resource}`)) continue;
    const message = `intelRdt.${field} is specified, but Intel RDT/${name} is not enabled`;
    throw new RuntimeError('unsupported', message, {
      pointer: `${POINTER}/${field}`,
      hint: `the processor or the kernel's command line (rdt=) does not have it: ls ${mount}/info`,
    });
  }
}

function refuseWithoutMonitoring(mount: string, { enableMonitoring, enableCMT }: IntelRdt): void {
  if (existsSync(`${mount}/info/L3_MON`)) return;
  const field = enableMonitoring ? 'enableMonitoring' : enableCMT ? 'enableCMT' : 'enableMBM';
  throw new RuntimeError(
    'unsupported',
    `intelRdt.${field} is specified, but Intel RDT has no monitoring here`,
    {
      pointer: `${POINTER}/${field}`,
      hint: `the processor or the kernel's command line (rdt=) does not have it: ls ${mount}/info`,
    },
  );
}
