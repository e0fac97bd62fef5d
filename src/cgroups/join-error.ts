/** What is said when a cgroup cannot be made or joined. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call } from '../kernel/call.ts';
import {
  describeErrno,
  EACCES,
  EAGAIN,
  EBUSY,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  EPERM,
  EROFS,
  errnoName,
} from '../kernel/errno.ts';
import { noPermission } from './delegation-hint.ts';
import type { JoinOutcome } from './join-outcome.ts';
import { type Limits, noPermissionFor } from './limits.ts';

export function explainJoin(
  path: string,
  call: Call,
  errno: number,
  { name, pointer }: { readonly name: string; readonly pointer: string },
): RuntimeError {
  const hint = hints.get(errno);
  return new RuntimeError(
    'cgroup',
    `unable to apply cgroup configuration: cannot join ${name}: ${call.name} in "${path}": ${describeErrno(errno)}`,
    {
      pointer,
      call: call.name,
      errno: errnoName(errno),
      ...(hint ? { hint } : {}),
    },
  );
}

/**
 * A cgroup that an ordinary user does not get is no harm, unless it was to keep a limit.
 *
 * @throws RuntimeError `cgroup`
 */
export function refuseLimits({
  limits,
  outcome,
}: {
  readonly limits: Limits;
  readonly outcome: Pick<JoinOutcome, 'refused'>;
}): void {
  const lost = limits.writes.filter(({ directory }) => outcome.refused.has(directory));
  if (lost.length > 0) throw noPermissionFor(lost);
}

/** What an ordinary user meets who has no cgroup of their own. */
export const refusalErrnos: readonly number[] = [EACCES, EPERM, EROFS];

export function isRefusal(errno: number): boolean {
  return refusalErrnos.includes(errno);
}

const hints: ReadonlyMap<number, string> = new Map([
  [EACCES, noPermission],
  [EPERM, noPermission],
  [EROFS, 'the cgroup filesystem is mounted read-only: inside a container it often is'],
  [EAGAIN, 'a limit is reached: see cgroup.max.descendants and cgroup.max.depth of the parents'],
  [ENOSPC, 'the cpuset of a parent is empty: write its cpuset.cpus and cpuset.mems'],
  [EBUSY, 'a parent hands controllers down and so cannot have processes, or the other way round'],
  [EOPNOTSUPP, 'the parent is a threaded cgroup: see its cgroup.type'],
  [ENOENT, 'was it removed by another program meanwhile?'],
]);
