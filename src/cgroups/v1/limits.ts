/**
 * The limits on a machine with cgroups of version 1. Where version 2 is mounted beside them (hybrid), a controller
 * that version 1 lacks may be there.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { type ControllerLimits, type LimitWrite, nothingYet } from '../limit.ts';
import { type Limits, missingController, noLimits, placed } from '../limits.ts';
import type { LimitsRequest } from '../manager.ts';
import { controllersOfVersion2 } from '../v2/hand-down.ts';
import { limitsOfControllers } from '../v2/limits.ts';
import { blkioLimits } from './blkio.ts';
import { cpuLimits } from './cpu.ts';
import { cpusetLimits } from './cpuset.ts';
import { hugetlbLimits } from './hugetlb.ts';
import { memoryLimits } from './memory.ts';
import { netClsLimits } from './net-cls.ts';
import { netPrioLimits } from './net-prio.ts';
import { pidsLimits } from './pids.ts';
import { rdmaLimits } from './rdma.ts';

interface Controller {
  readonly name: string;
  readonly limits: ControllerLimits;
  /** What version 2 calls it. */
  readonly unified?: string;
}

const controllers: readonly Controller[] = [
  { name: 'memory', limits: memoryLimits, unified: 'memory' },
  { name: 'cpu', limits: cpuLimits, unified: 'cpu' },
  { name: 'cpuset', limits: cpusetLimits, unified: 'cpuset' },
  { name: 'pids', limits: pidsLimits, unified: 'pids' },
  { name: 'blkio', limits: blkioLimits, unified: 'io' },
  { name: 'hugetlb', limits: hugetlbLimits, unified: 'hugetlb' },
  { name: 'net_cls', limits: netClsLimits },
  { name: 'net_prio', limits: netPrioLimits },
  { name: 'rdma', limits: rdmaLimits, unified: 'rdma' },
];

/** @throws RuntimeError `cgroup` for a limit whose controller is mounted nowhere, `config` */
export function limitsOfVersion1(request: LimitsRequest): Limits {
  refuseUnified(request.resources);
  return join(controllers.map((controller) => limitsOf(controller, request)));
}

/** The first limit that is asked for, whoever may keep it. */
export function firstLimit(resources: Resources): LimitWrite | undefined {
  return controllers.flatMap(({ limits }) => limits(resources, nothingYet))[0];
}

function limitsOf({ name, limits, unified }: Controller, request: LimitsRequest): Limits {
  const { directories, resources, currentIn } = request;
  const own = directories.find(({ version, controllers: names }) => version === 1 && names.includes(name));
  if (own) {
    const writes = limits(resources, currentIn(own.path)).map((write) => placed(write, own.path));
    return { handDown: [], writes };
  }
  const [asked] = limits(resources, nothingYet);
  if (!asked) return noLimits;
  if (unified !== undefined && controllersOfVersion2(request).includes(unified)) {
    return limitsOfControllers([unified], request);
  }
  throw missingController(
    asked,
    'which is mounted nowhere',
    `mount it: mkdir -p /sys/fs/cgroup/${name} && mount -t cgroup -o ${name} none /sys/fs/cgroup/${name}; or leave the field out`,
  );
}

function refuseUnified({ unified = {} }: Resources): void {
  if (Object.keys(unified).length === 0) return;
  throw new RuntimeError('cgroup', 'invalid configuration: cannot use unified on cgroup v1', {
    pointer: '/linux/resources/unified',
    hint: 'these are files of version 2: use the other fields of linux.resources here',
  });
}

function join(all: readonly Limits[]): Limits {
  return {
    handDown: all.flatMap(({ handDown }) => handDown),
    writes: all.flatMap(({ writes }) => writes),
  };
}
