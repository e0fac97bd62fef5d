/**
 * What manages the cgroups of a container: chosen once, by looking at which hierarchies it has directories in.
 * `v1` includes hybrid machines, where version 2 is mounted beside version 1 and may have some of the controllers.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { HostCgroups } from '../host/cgroups.ts';
import { W_OK } from '../kernel/constants/file.ts';
import { EACCES } from '../kernel/errno.ts';
import { accessErrno } from '../kernel/file-system.ts';
import type { Resources } from '../spec/types.ts';
import { readOrEmpty } from './file-text.ts';
import { type Current, nothingYet } from './limit.ts';
import { type Limits, noLimits } from './limits.ts';
import type { CgroupDirectory } from './paths.ts';
import { firstLimit, limitsOfVersion1 } from './v1/limits.ts';
import { limitsOfVersion2 } from './v2/limits.ts';

export interface CgroupManager {
  readonly kind: 'v1' | 'v2' | 'none';
  /**
   * What the resources come to, device rules aside.
   *
   * @throws RuntimeError `cgroup` for a limit whose controller is mounted nowhere, `config`
   */
  limits(request: LimitsRequest): Limits;
}

export interface LimitsRequest {
  readonly resources: Resources;
  readonly directories: readonly CgroupDirectory[];
  readonly host: HostCgroups;
  /** What the container has now; nothing where it is yet to be made. */
  readonly currentIn: (directory: string) => Current;
  /** A file's content, empty where it is not there. */
  readonly read: (path: string) => string;
  /** Whether it is there, and the caller has no right to write to it. */
  readonly isRefused: (path: string) => boolean;
}

/** Looks at the machine. */
export const machine: Pick<LimitsRequest, 'read' | 'isRefused'> = {
  read: readOrEmpty,
  isRefused: (path) => accessErrno(path, W_OK) === EACCES,
};

const version1: CgroupManager = { kind: 'v1', limits: limitsOfVersion1 };
const version2: CgroupManager = { kind: 'v2', limits: limitsOfVersion2 };
const none: CgroupManager = { kind: 'none', limits: limitsOfNone };

export function cgroupManager(directories: readonly CgroupDirectory[]): CgroupManager {
  if (directories.length === 0) return none;
  return directories.some(({ version }) => version === 1) ? version1 : version2;
}

/** The limits of a container that is yet to be made. @throws RuntimeError, see `CgroupManager.limits` */
export function newLimits(
  directories: readonly CgroupDirectory[],
  host: HostCgroups,
  resources: Resources | undefined,
  looks = machine,
): Limits {
  const manager = cgroupManager(directories);
  const asks = resources !== undefined && asksForLimits(resources);
  // On version 2, statistics take controllers that are handed down, too.
  if (!asks && manager.kind !== 'v2') return noLimits;
  const asked = asks ? resources : {};
  return manager.limits({
    ...{ resources: asked, directories, host, currentIn: () => nothingYet },
    ...looks,
  });
}

/** Whether there is more than device rules, which have their own way. */
export function asksForLimits(resources: Resources): boolean {
  return Object.keys(resources).some((name) => name !== 'devices');
}

/** `--cgroup-manager disabled`, or nothing mounted: a limit that nobody keeps is worse than an error. */
function limitsOfNone({ resources }: LimitsRequest): Limits {
  const [field] = Object.keys(resources.unified ?? {}).map((name) => `/unified/${name}`);
  const asked = field ?? firstLimit(resources)?.field;
  if (asked === undefined) return noLimits;
  throw new RuntimeError('cgroup', 'a limit is asked for, and the container has no cgroup', {
    pointer: `/linux/resources${asked}`,
    hint: 'leave linux.resources out; or leave out --cgroup-manager disabled, and have cgroups mounted',
  });
}
