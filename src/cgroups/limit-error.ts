/** What is said when a limit cannot be set. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { identity } from '../host/identity.ts';
import type { Call } from '../kernel/call.ts';
import {
  describeErrno,
  EACCES,
  EBUSY,
  EINVAL,
  ENODEV,
  ENOENT,
  EOPNOTSUPP,
  EPERM,
  ERANGE,
  EROFS,
  errnoName,
} from '../kernel/errno.ts';
import { noPermission, withoutCgroup } from './delegation-hint.ts';
import { type PlacedWrite, pointerOf } from './limits.ts';

export function explainLimit(limit: PlacedWrite, call: Pick<Call, 'name'>, errno: number): RuntimeError {
  const { directory, file, text } = limit;
  const hint = hintFor(limit, errno);
  return new RuntimeError(
    'cgroup',
    `cannot set the ${limit.limit} to "${text}": ${call.name} of "${directory}/${file}": ${describeErrno(errno)}`,
    { pointer: pointerOf(limit), call: call.name, errno: errnoName(errno), ...(hint ? { hint } : {}) },
  );
}

/** A controller that the container did not get when it was made. */
export function explainMissing(limit: PlacedWrite): RuntimeError {
  return new RuntimeError(
    'cgroup',
    `cannot set the ${limit.limit}: the container has no cgroup of the controller "${limit.controller}"`,
    { pointer: pointerOf(limit), hint: identity().isRootless ? noPermission : withoutCgroup() },
  );
}

export function explainHandDown(
  directory: string,
  controllers: readonly string[],
  call: Pick<Call, 'name'>,
  errno: number,
): RuntimeError {
  const hint = handDownHints.get(errno);
  return new RuntimeError(
    'cgroup',
    `cannot hand the controllers ${controllers.join(', ')} down from "${directory}": ${call.name}: ${describeErrno(errno)}`,
    {
      pointer: '/linux/resources',
      call: call.name,
      errno: errnoName(errno),
      ...(hint ? { hint } : {}),
    },
  );
}

const handDownHints: ReadonlyMap<number, string> = new Map([
  [EACCES, noPermission],
  [EPERM, noPermission],
  [EBUSY, 'that cgroup has processes of its own: name another place in linux.cgroupsPath'],
  [ENOENT, 'the cgroup above it does not have these controllers either'],
  [EROFS, 'the cgroup filesystem is mounted read-only: inside a container it often is'],
]);

function hintFor({ controller, file }: PlacedWrite, errno: number): string | undefined {
  switch (errno) {
    case ENOENT:
      return missingFile(controller, file);
    case EACCES:
    case EPERM:
      return noPermission;
    case EBUSY:
      return controller === 'memory' ? 'the container uses more already' : undefined;
    case ENODEV:
      return controller === 'rdma'
        ? 'there is no such device here: ls /sys/class/infiniband lists them'
        : 'there is no such device here: name a whole block device, by the numbers that ls -l shows';
    case EROFS:
      return 'the cgroup filesystem is mounted read-only: inside a container it often is';
    case EINVAL:
    case ERANGE:
    case EOPNOTSUPP:
      return invalid(controller, file);
    default:
      return undefined;
  }
}

function missingFile(controller: string, file: string): string {
  if (file.includes('memsw')) return 'the kernel counts no swap: boot with swapaccount=1';
  if (file.includes('rt_')) return 'the kernel is built without CONFIG_RT_GROUP_SCHED';
  if (file.includes('weight')) return 'no I/O scheduler with weights is in the kernel: load bfq';
  if (controller === 'hugetlb') return 'the kernel has no pages of that size: ls /sys/kernel/mm/hugepages';
  return 'the kernel has no such file: it is older, or built without it';
}

function invalid(controller: string, file: string): string | undefined {
  if (controller === 'cpu')
    return "is it within the parent's limits, 1 ms or more, and a period of at most 1 s?";
  if (controller === 'cpuset') return 'see which the parent has: its file of the same name';
  if (file === 'memory.memsw.limit_in_bytes') return 'memory and swap together cannot be less than memory';
  return undefined;
}
