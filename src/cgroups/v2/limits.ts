/** The limits on a machine with cgroups of version 2. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { ControllerLimits, LimitWrite } from '../limit.ts';
import { type HandDown, type Limits, missingController, noLimits, placed, pointerOf } from '../limits.ts';
import type { LimitsRequest } from '../manager.ts';
import { cpusetLimits } from '../v1/cpuset.ts';
import { pidsLimits } from '../v1/pids.ts';
import { rdmaLimits } from '../v1/rdma.ts';
import { cpuLimits } from './cpu.ts';
import { hugetlbLimits } from './hugetlb.ts';
import { ioLimits } from './io.ts';
import { memoryLimits } from './memory.ts';
import { networkLimits } from './network.ts';
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
  const available = writes.length === 0 ? [] : controllersOfVersion2(request);
  for (const write of writes) checkAvailable(write, available);
  const needed = [...new Set(writes.map(({ controller }) => controller))].filter(isRealController);
  return {
    handDown: needed.length === 0 ? [] : handDown(needed, path, request),
    writes: writes.map((write) => placed(write, path)),
  };
}

/** Those that the hierarchy has for us, cgroup.controllers. */
export function controllersOfVersion2({ host, read }: LimitsRequest): readonly string[] {
  const hierarchy = host.find(({ version }) => version === 2);
  return hierarchy ? words(read(`${hierarchy.mountPoint}/cgroup.controllers`)) : [];
}

function checkAvailable(write: LimitWrite, available: readonly string[]): void {
  const { controller, file, field } = write;
  if (!isRealController(controller) || available.includes(controller)) return;
  if (field.startsWith('/unified/')) {
    throw new RuntimeError(
      'cgroup',
      `unified resource "${file}" can't be set: controller "${controller}" not available`,
      {
        pointer: pointerOf(write),
        hint: `there are ${available.join(', ') || 'none'}: see cgroup.controllers`,
      },
    );
  }
  throw missingController(
    write,
    'which is mounted nowhere',
    `there are ${available.join(', ') || 'none'}; an ordinary user has those that are delegated (systemd: Delegate=yes)`,
  );
}

/** Files such as cgroup.max.depth are there in any case. */
function isRealController(name: string): boolean {
  return name !== 'cgroup';
}

/** What a level does not hand down yet; one that is yet to be made hands nothing down. */
function handDown(needed: readonly string[], path: string, { host, read }: LimitsRequest): HandDown[] {
  const top = host.find(({ version }) => version === 2)?.mountPoint ?? '';
  return levels(top, path).flatMap((directory) => {
    const has = words(read(`${directory}/cgroup.subtree_control`));
    const lacks = needed.filter((name) => !has.includes(name));
    return lacks.length === 0 ? [] : [{ directory, text: lacks.map((name) => `+${name}`).join(' ') }];
  });
}

/** `/sys/fs/cgroup` and `/sys/fs/cgroup/a/b` → the first, and `/sys/fs/cgroup/a` */
function levels(top: string, path: string): string[] {
  const names = path
    .slice(top.length + 1)
    .split('/')
    .slice(0, -1);
  return [top, ...names.map((_, index) => [top, ...names.slice(0, index + 1)].join('/'))];
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
