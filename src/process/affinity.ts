/**
 * `process.execCPUAffinity`, sched_setaffinity(2): the processors of what `exec` starts. `initial` holds before the
 * process enters the container's cgroup, so that no work is done on a processor that the container keeps for
 * itself; `final` holds after that. The container's own process has neither.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import { schedSetaffinity } from '../kernel/calls/scheduling.ts';
import { describeErrno, EINVAL, errnoName } from '../kernel/errno.ts';
import { bitSet, parseNumberList } from '../spec/number-list.ts';
import type { CpuAffinity } from '../spec/types.ts';

/** As many as any kernel has: those that are not there, or not in the cpuset, count for nothing. */
const ALL = new Uint8Array(1024).fill(0xff);

/** For the stub, before it enters the container's cgroup. */
export function initialAffinitySteps({ initial }: CpuAffinity = {}): readonly Step[] {
  return initial?.trim() ? [affinityStep('stub', initial, 'initial')] : [];
}

/** In the cgroup. Without `final`, all processors that the cgroup has: `initial` was not meant to last. */
export function finalAffinitySteps({ initial, final }: CpuAffinity = {}): readonly Step[] {
  if (final?.trim()) return [affinityStep('init', final, 'final')];
  if (!initial?.trim()) return [];
  return [step('init', "use the cgroup's processors", '/process/execCPUAffinity', [schedSetaffinity(ALL)])];
}

function affinityStep(actor: Actor, list: string, field: 'initial' | 'final'): Step {
  const pointer = `/process/execCPUAffinity/${field}`;
  const name = `use the processors ${list}`;
  return step(actor, name, pointer, [schedSetaffinity(bitSet(parseNumberList(list) ?? []))], {
    recover: ({ errno }) =>
      errno !== EINVAL
        ? undefined
        : new RuntimeError('system', `cannot ${name}: sched_setaffinity: ${describeErrno(errno)}`, {
            ...{ pointer, call: 'sched_setaffinity', errno: errnoName(errno) },
            hint:
              field === 'initial'
                ? 'none of them can be used here: see Cpus_allowed_list in /proc/self/status'
                : "none of them can be used in the container's cgroup: see its cpuset.cpus",
          }),
  });
}
