/** What the kernel is told of processor time, processors, disk, memory and personality, and what is said when it refuses. */
import { describe, expect, test } from 'vitest';
import type { CallStep, Step } from '../../../src/init/step.ts';
import { EINVAL, ENOSYS, EPERM } from '../../../src/kernel/errno.ts';
import { describeCall, nameResults } from '../../../src/kernel/recording.ts';
import { finalAffinitySteps, initialAffinitySteps } from '../../../src/process/affinity.ts';
import { kernelPolicySteps } from '../../../src/process/kernel-policies.ts';
import { schedulingSteps } from '../../../src/process/scheduling.ts';
import type { Scheduler } from '../../../src/spec/types.ts';

function lines(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'action') throw new TypeError('an action');
    const names = nameResults(step.calls);
    return step.calls.map((call) => `${step.actor}: ${describeCall(call, names)}`);
  });
}

function hintFor(steps: readonly Step[], errno: number): string | undefined {
  const [step] = steps as readonly CallStep[];
  const call = step?.calls[0];
  if (!step || !call) throw new TypeError('no step');
  const recovered = step.recover?.({ call, errno });
  return recovered && 'details' in recovered ? recovered.details.hint : undefined;
}

describe('process.scheduler', () => {
  test('is one sched_setattr with all of its fields', () => {
    const scheduler: Scheduler = {
      ...{ policy: 'SCHED_DEADLINE', nice: -5, priority: 0, runtime: 2_000_000, deadline: 10_000_000 },
      ...{ period: 2n ** 54n, flags: ['SCHED_FLAG_RESET_ON_FORK', 'SCHED_FLAG_RECLAIM'] },
    };
    const [line] = lines(schedulingSteps({ scheduler }, 'init', 0));
    expect(line).toBe(
      'init: sched_setattr(0, {size=56, sched_policy=SCHED_DEADLINE, ' +
        'sched_flags=SCHED_FLAG_RESET_ON_FORK|SCHED_FLAG_RECLAIM, sched_nice=-5, sched_priority=0, ' +
        'sched_runtime=2000000, sched_deadline=10000000, sched_period=18014398509481984}, 0)',
    );
  });

  test('is set by the runtime where the container’s root has not the right to', () => {
    const steps = schedulingSteps(
      {
        scheduler: { policy: 'SCHED_RR', priority: 7 },
        ioPriority: { class: 'IOPRIO_CLASS_RT', priority: 3 },
      },
      ...(['runtime', 42] as const),
    );
    expect(lines(steps)).toEqual([
      expect.stringMatching(/^runtime: sched_setattr\(42, .*sched_policy=SCHED_RR,.* sched_priority=7,/),
      'runtime: ioprio_set(IOPRIO_WHO_PROCESS, 42, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 3))',
    ]);
  });

  test.each([
    ['SCHED_FIFO', /RLIMIT_RTPRIO/],
    ['SCHED_DEADLINE', /cpuset/],
    ['SCHED_OTHER', /RLIMIT_NICE/],
  ] as const)('%s that is not permitted names the remedy', (policy, remedy) => {
    const steps = schedulingSteps({ scheduler: { policy } }, 'init', 0);
    expect(hintFor(steps, EPERM)).toMatch(remedy);
    expect(hintFor(steps, EINVAL)).toBeUndefined();
  });

  test('is not touched where the configuration is silent', () => {
    expect(schedulingSteps({}, 'init', 0)).toEqual([]);
    expect(kernelPolicySteps({})).toEqual([]);
    expect(initialAffinitySteps(undefined)).toEqual([]);
    expect(finalAffinitySteps(undefined)).toEqual([]);
  });
});

describe('process.execCPUAffinity', () => {
  test('has the first list in the stub, and the last one in the process', () => {
    const affinity = { initial: '0-1,7', final: ' 64 , 3' };
    expect(lines(initialAffinitySteps(affinity))).toEqual(['stub: sched_setaffinity(0, 8, [0, 1, 7])']);
    expect(lines(finalAffinitySteps(affinity))).toEqual(['init: sched_setaffinity(0, 16, [3, 64])']);
  });

  test('knows more than 1024 processors', () => {
    expect(lines(finalAffinitySteps({ final: '1500' }))).toEqual(['init: sched_setaffinity(0, 192, [1500])']);
  });

  test('does not last where there is no last list', () => {
    expect(lines(finalAffinitySteps({ initial: '0' }))).toEqual(['init: sched_setaffinity(0, 1024, [all])']);
    expect(finalAffinitySteps({ initial: '', final: ' ' })).toEqual([]);
  });

  test('says where to see what can be used', () => {
    expect(hintFor(initialAffinitySteps({ initial: '999' }), EINVAL)).toMatch(/Cpus_allowed_list/);
    expect(hintFor(finalAffinitySteps({ final: '999' }), EINVAL)).toMatch(/cpuset\.cpus/);
  });
});

describe('linux.memoryPolicy', () => {
  test('is one set_mempolicy', () => {
    const memoryPolicy = {
      mode: 'MPOL_BIND' as const,
      nodes: '0,65',
      flags: ['MPOL_F_STATIC_NODES' as const],
    };
    expect(lines(kernelPolicySteps({ memoryPolicy }))).toEqual([
      'init: set_mempolicy(MPOL_BIND|MPOL_F_STATIC_NODES, [0, 65], 129)',
    ]);
    expect(lines(kernelPolicySteps({ memoryPolicy: { mode: 'MPOL_LOCAL' } }))).toEqual([
      'init: set_mempolicy(MPOL_LOCAL, 0, 0)',
    ]);
  });

  test('says what may be missing', () => {
    const steps = kernelPolicySteps({ memoryPolicy: { mode: 'MPOL_BIND', nodes: '9' } });
    expect(hintFor(steps, EINVAL)).toMatch(/node 9 .*Mems_allowed_list/);
    expect(hintFor(steps, ENOSYS)).toMatch(/CONFIG_NUMA/);
  });
});

test('linux.personality is one personality(2)', () => {
  expect(lines(kernelPolicySteps({ personality: { domain: 'LINUX32' } }))).toEqual([
    'init: personality(PER_LINUX32)',
  ]);
  const steps = kernelPolicySteps({ personality: { domain: 'LINUX' } });
  expect(lines(steps)).toEqual(['init: personality(PER_LINUX)']);
  expect(hintFor(steps, EINVAL)).toMatch(/32-bit/);
});
