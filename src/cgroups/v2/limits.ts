/** The limits on a machine with cgroups of version 2. */
import type { ControllerLimits } from '../limit.ts';
import { type Limits, noLimits, noPermissionFor, placed } from '../limits.ts';
import type { LimitsRequest } from '../manager.ts';
import { parentOf } from '../paths.ts';
import { cpusetLimits } from '../v1/cpuset.ts';
import { pidsLimits } from '../v1/pids.ts';
import { rdmaLimits } from '../v1/rdma.ts';
import { cpuLimits } from './cpu.ts';
import { handDownTo, topOfVersion2 } from './hand-down.ts';
import { hugetlbLimits } from './hugetlb.ts';
import { ioLimits } from './io.ts';
import { memoryLimits } from './memory.ts';
import { checkAvailable, neededControllers } from './missing.ts';
import { networkLimits } from './network.ts';
import { checkPossible } from './possible.ts';
import { unifiedLimits } from './unified.ts';

/** `unified` comes last: it has the last word (config-linux.md). */
const controllers: readonly (readonly [string, ControllerLimits])[] = [
  ['memory', memoryLimits],
  ['cpu', cpuLimits],
  ['cpuset', cpusetLimits],
  ['pids', pidsLimits],
  ['io', ioLimits],
  ['hugetlb', hugetlbLimits],
  ['rdma', rdmaLimits],
  ['net_cls, net_prio', networkLimits],
  ['unified', unifiedLimits],
];

/** @throws RuntimeError `cgroup` for a limit whose controller is not there, `config` */
export function limitsOfVersion2(request: LimitsRequest): Limits {
  return limitsOfControllers(
    controllers.map(([name]) => name),
    request,
  );
}

/** Those of some controllers alone. */
export function limitsOfControllers(names: readonly string[], request: LimitsRequest): Limits {
  const path = request.directories.find(({ version }) => version === 2)?.path;
  if (path === undefined) return noLimits;
  const current = request.currentIn(path);
  const writes = controllers
    .filter(([name]) => names.includes(name))
    .flatMap(([, limits]) => limits(request.resources, current));
  if (writes.length > 0 && request.isRefused(parentOf(path))) throw noPermissionFor(writes);
  const handed = handDownTo(path, neededControllers(writes), request);
  checkAvailable(writes, handed);
  if (writes.length > 0)
    checkPossible(request.resources, { read: request.read, path, top: topOfVersion2(request) });
  return { handDown: handed.handDown, writes: writes.map((write) => placed(write, path)) };
}
