/**
 * `process.scheduler`, `process.ioPriority`, `process.execCPUAffinity`: what sched_setattr(2) and ioprio_set(2)
 * refuse with a mere EINVAL is said here. Pointers are relative to the process.
 */

import { parseNumberList } from '../number-list.ts';
import type { Report } from '../problem.ts';
import { inWords } from '../problem.ts';
import type { Process, Scheduler } from '../types.ts';
import type { Check } from './check.ts';

/** The kernel counts deadlines in units of 1024 ns. */
const SHORTEST_RUNTIME = 1024;
/** From here on a time is negative to the kernel. */
const LONGEST = 2n ** 63n;

export const scheduler: Check<Process> = {
  reads: ['/scheduler'],
  run(process, report) {
    const asked = process.scheduler;
    if (!asked) return;
    const { policy, nice = 0 } = asked;
    if (policy === 'SCHED_ISO') {
      const hint = 'the kernel has kept the number and never the policy: use SCHED_OTHER';
      report({
        pointer: '/scheduler/policy',
        expected: 'a policy that Linux has',
        found: inWords(policy),
        hint,
      });
    }
    if (nice < -20 || nice > 19) {
      report({ pointer: '/scheduler/nice', expected: 'from -20 to 19', found: inWords(nice) });
    }
    checkPriority(asked, report);
    if (policy === 'SCHED_DEADLINE') checkDeadline(asked, report);
    else mustHaveNoDeadline(asked, report);
  },
};

function checkPriority({ policy, priority = 0 }: Scheduler, report: Report): void {
  const pointer = '/scheduler/priority';
  const realTime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (realTime && (priority < 1 || priority > 99)) {
    report({ pointer, expected: `from 1 to 99 with ${policy}`, found: inWords(priority) });
  } else if (!realTime && priority !== 0) {
    const hint = 'only SCHED_FIFO and SCHED_RR have priorities; others have "nice"';
    report({ pointer, expected: `none with ${policy}`, found: inWords(priority), hint });
  }
}

function mustHaveNoDeadline({ policy, ...times }: Scheduler, report: Report): void {
  for (const name of ['runtime', 'deadline', 'period'] as const) {
    const value = times[name] ?? 0;
    if (Number(value) === 0) continue;
    const hint = `it belongs to SCHED_DEADLINE: set the policy to that, or remove it`;
    report({ pointer: `/scheduler/${name}`, expected: `none with ${policy}`, found: inWords(value), hint });
  }
}

/** runtime ≤ deadline ≤ period; without a period, it is the deadline. */
function checkDeadline({ runtime = 0, deadline = 0, period = 0 }: Scheduler, report: Report): void {
  if (runtime < SHORTEST_RUNTIME) {
    const expected = `at least ${SHORTEST_RUNTIME} nanoseconds with SCHED_DEADLINE`;
    report({ pointer: '/scheduler/runtime', expected, found: inWords(runtime) });
  }
  if (deadline < runtime || Number(deadline) === 0) {
    const expected = 'nanoseconds, at least the runtime';
    report({ pointer: '/scheduler/deadline', expected, found: inWords(deadline) });
  }
  if (Number(period) !== 0 && period < deadline) {
    const expected = 'nanoseconds, at least the deadline';
    report({ pointer: '/scheduler/period', expected, found: inWords(period) });
  }
  for (const [name, value] of Object.entries({ runtime, deadline, period })) {
    if (value < LONGEST) continue;
    report({ pointer: `/scheduler/${name}`, expected: 'less than 2^63 nanoseconds', found: inWords(value) });
  }
}

export const ioPriority: Check<Process> = {
  reads: ['/ioPriority'],
  run({ ioPriority: asked }, report) {
    const priority = asked?.priority ?? 0;
    if (priority >= 0 && priority <= 7) return;
    report({
      pointer: '/ioPriority/priority',
      expected: 'from 0 (highest) to 7 (lowest)',
      found: inWords(priority),
    });
  },
};

export const execCpuAffinity: Check<Process> = {
  reads: ['/execCPUAffinity'],
  run({ execCPUAffinity = {} }, report) {
    for (const name of ['initial', 'final'] as const) {
      const list = execCPUAffinity[name] ?? '';
      if (parseNumberList(list)) continue;
      const expected = 'a list of processors such as "0-3,7"';
      report({ pointer: `/execCPUAffinity/${name}`, expected, found: inWords(list) });
    }
  },
};
