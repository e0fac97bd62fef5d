/** The steps that put limits in force: one per file, so that one that fails is named. */
import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, action, type Step, step } from '../init/step.ts';
import { type Call, tolerate } from '../kernel/call.ts';
import { close, openat, write } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_WRONLY } from '../kernel/constants/file.ts';
import { EBUSY, ENOENT, EOPNOTSUPP } from '../kernel/errno.ts';
import { waitForExit } from '../kernel/spawn.ts';
import { explainHandDown, explainLimit } from './limit-error.ts';
import { type HandDown, type Limits, type PlacedWrite, pointerOf } from './limits.ts';

/** Before the container has a process: whatever it does, it does within its limits. */
export function earlyLimitSteps({ handDown, writes }: Limits, actor: Actor): readonly Step[] {
  return [
    ...handDown.map((one) => handDownStep(one, actor)),
    ...writes.filter(({ late }) => !late).map((one) => limitStep(one, actor)),
  ];
}

/** Once the first process is there, and before it does anything. */
export function lateLimitSteps({ writes }: Limits, actor: Actor): readonly Step[] {
  const late = stepsAt('cloned', writes, actor);
  return late.length === 0 ? [] : [reapStep(), ...late];
}

/** When the first process has mounted everything, and before hooks. */
export function lastLimitSteps({ writes }: Limits, actor: Actor): readonly Step[] {
  return stepsAt('mounted', writes, actor);
}

function stepsAt(moment: PlacedWrite['late'], writes: Limits['writes'], actor: Actor): readonly Step[] {
  return writes.filter(({ late }) => late === moment).map((one) => limitStep(one, actor));
}

/** Until it is reaped, the stub that was dismissed counts as a process of the container. */
function reapStep(): Step {
  return action('wait for the end of the stub', '', ['waitid(P_PID, STUB)'], ({ stubPid }) => {
    waitForExit(stubPid);
  });
}

export function limitStep(limit: PlacedWrite, actor: Actor): Step {
  const { directory, file, text, otherwise, mayBeMissing } = limit;
  const open = openat(AT_FDCWD, `${directory}/${file}`, O_WRONLY);
  const calls = writeText(mayBeMissing ? tolerate(open, ENOENT) : open, text);
  return step(actor, `set the ${limit.limit}`, pointerOf(limit), calls, {
    recover: ({ call, errno }): readonly Step[] | RuntimeError =>
      errno === ENOENT && otherwise ? [limitStep(otherwise, actor)] : explainLimit(limit, call, errno),
  });
}

export function handDownStep({ directory, controllers, needed }: HandDown, actor: Actor): Step {
  const path = `${directory}/cgroup.subtree_control`;
  const text = controllers.map((name) => `+${name}`).join(' ');
  const calls = writeText(openat(AT_FDCWD, path, O_WRONLY), text);
  return step(actor, `hand controllers down from "${directory}"`, '/linux/resources', calls, {
    recover: ({ call, errno }): readonly Step[] | RuntimeError => {
      // The kernel takes all of them or none. With processes in it, a cgroup would take some, and become a threaded one.
      const isOneByOne = controllers.length > 1 && errno !== EBUSY && errno !== EOPNOTSUPP;
      if (!isOneByOne) return needed.length > 0 ? explainHandDown(directory, needed, call, errno) : [];
      return controllers.map((name) => {
        const alone = { directory, controllers: [name], needed: needed.filter((one) => one === name) };
        return handDownStep(alone, actor);
      });
    },
  });
}

function writeText(open: Call, text: string): Call[] {
  return [open, write(open, text), close(open)];
}
