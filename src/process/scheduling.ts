/**
 * `process.scheduler` and `process.ioPriority`: sched(7), sched_setattr(2), ioprio_set(2). Both may need CAP_SYS_NICE
 * in the initial user namespace, so they are set before any right is given up, and for a container in a user
 * namespace of its own by this process where it is root.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import { ioprioSet, schedSetattr } from '../kernel/calls/scheduling.ts';
import { ioPriorityClasses, schedulingFlags, schedulingPolicies } from '../kernel/constants/scheduling.ts';
import { describeErrno, EPERM, errnoName } from '../kernel/errno.ts';
import type { IoPriority, Process, Scheduler } from '../spec/types.ts';

const EBUSY = 16;

/**
 * @param actor who makes the calls
 * @param pid the process, as the actor sees it; 0 for itself
 */
export function schedulingSteps(
  { scheduler, ioPriority }: Pick<Process, 'scheduler' | 'ioPriority'>,
  actor: Actor,
  pid: number,
): readonly Step[] {
  return [
    ...(scheduler ? [schedulerStep(scheduler, actor, pid)] : []),
    ...(ioPriority ? [ioPriorityStep(ioPriority, actor, pid)] : []),
  ];
}

function schedulerStep(scheduler: Scheduler, actor: Actor, pid: number): Step {
  const { policy, nice = 0, priority = 0, flags = [], runtime = 0, deadline = 0, period = 0 } = scheduler;
  const times = { runtime: BigInt(runtime), deadline: BigInt(deadline), period: BigInt(period) };
  const set = schedSetattr(pid, {
    ...{ policy: schedulingPolicies[policy], nice, priority, ...times },
    flags: flags.reduce((sum, flag) => sum | schedulingFlags[flag], 0),
  });
  return step(actor, `set the scheduling policy ${policy}`, '/process/scheduler', [set], {
    recover: ({ errno }) => schedulerRefused(policy, errno),
  });
}

function schedulerRefused(policy: Scheduler['policy'], errno: number): RuntimeError {
  const message = `cannot set the scheduling policy ${policy}: sched_setattr: ${describeErrno(errno)}`;
  const hint = schedulerHint(policy, errno);
  return new RuntimeError('system', message, {
    ...{ pointer: '/process/scheduler', call: 'sched_setattr', errno: errnoName(errno) },
    ...(hint === undefined ? {} : { hint }),
  });
}

function schedulerHint(policy: Scheduler['policy'], errno: number): string | undefined {
  if (errno === EBUSY) return 'the processors have no such share of time left for SCHED_DEADLINE';
  if (errno !== EPERM) return undefined;
  const capability = "it takes CAP_SYS_NICE in the machine's own user namespace";
  switch (policy) {
    case 'SCHED_DEADLINE':
      return `${capability}, and the process may not be bound to some of the processors (cpuset, affinity)`;
    case 'SCHED_FIFO':
    case 'SCHED_RR':
      return `${capability} or a limit RLIMIT_RTPRIO ("ulimit -r"), and with cgroup v1 a cpu.rt_runtime_us that is not 0`;
    default:
      return `a lower "nice" than the caller's takes CAP_SYS_NICE or a limit RLIMIT_NICE ("ulimit -e")`;
  }
}

function ioPriorityStep({ class: name, priority = 0 }: IoPriority, actor: Actor, pid: number): Step {
  const pointer = '/process/ioPriority';
  return step(
    actor,
    `set the I/O priority ${name}`,
    pointer,
    [ioprioSet(pid, ioPriorityClasses[name], priority)],
    {
      recover: ({ errno }) =>
        errno !== EPERM
          ? undefined
          : new RuntimeError(
              'system',
              `cannot set the I/O priority ${name}: ioprio_set: ${describeErrno(errno)}`,
              {
                ...{ pointer, call: 'ioprio_set', errno: errnoName(errno) },
                hint: `${name} takes CAP_SYS_NICE or CAP_SYS_ADMIN in the machine's own user namespace: use IOPRIO_CLASS_BE`,
              },
            ),
    },
  );
}
