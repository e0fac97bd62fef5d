/**
 * The end of `create`: the container's first process becomes who its configuration says, and waits. It has no right
 * then that its program will not have; what it does when `start` lets it go on has been sent to it before.
 */
import { type Gate, releaseStep, waitCalls } from '../init/setup-steps.ts';
import { action, type CallStep, type Step, step } from '../init/step.ts';
import { type Call, call, callWithStruct, ignoreErrors, words } from '../kernel/call.ts';
import { exitGroup } from '../kernel/calls/process.ts';
import type { SyscallName } from '../kernel/syscall-numbers.ts';
import { loadStep } from '../seccomp/load.ts';
import { isAllowed } from '../seccomp/while-waiting.ts';
import { becomeSteps, executeStep, type ProgramRequest, processScheduling } from './start-plan.ts';

export interface Waiting {
  readonly gate: Gate;
  /** Whether the filter is loaded before, and not when the container is started. */
  readonly filtered: boolean;
  /**
   * An ordinary user may join the namespaces of a process only if that can be traced: `exec` does. Nothing is to be
   * gained from it then: it has the rights of its program, and others do not see it.
   */
  readonly dumpable: boolean;
  /** Descriptors that it has no use for any more. */
  readonly unused: readonly Call[];
}

export interface WaitPlan {
  readonly before: readonly Step[];
  readonly wait: CallStep;
  /** What is sent along, and done when it need not wait any more; nothing if `start` sends it. */
  readonly held: readonly CallStep[];
}

export function waitPlan(request: ProgramRequest, { gate, filtered, dumpable, unused }: Waiting): WaitPlan {
  const { filter } = request;
  const may = (name: SyscallName) => !filtered || filter === undefined || isAllowed(filter, name);
  const handOver = filtered ? filter?.handOver : undefined;
  return {
    before: [
      releaseStep(unused),
      ...(isScheduledLate(request, gate.kind) ? [] : processScheduling(request)),
      ...becomeSteps(filtered ? request : { ...request, filter: undefined }),
    ],
    wait: step('init', 'wait for start', '', waitCalls(gate, dumpable && may('prctl'), may('close')), {
      answers: may('close') ? 'when-disconnected' : 'when-waiting',
      ...(handOver ? { meanwhile: handOver } : {}),
    }),
    held: gate.kind === 'fifo' ? heldProgram(request, filtered, gate.fifo).steps : [],
  };
}

/** As they are executed: what is held travels with the step that waits. */
export function waitSteps({ before, wait, held }: WaitPlan): readonly Step[] {
  return [...before, { ...wait, calls: [...wait.calls, ...held.flatMap(({ calls }) => calls)] }];
}

/**
 * What is done when startContainer hooks have been run.
 *
 * @param filtered whether the filter is in force by then
 */
export function afterHooks(request: ProgramRequest, filtered: boolean, pid: number): readonly Step[] {
  const { filter } = request;
  return [
    // By the runtime: the process may not do it itself any more.
    ...(isScheduledLate(request, 'socket') ? processScheduling({ ...request, limitedFrom: pid }) : []),
    ...(filter && !filtered ? [loadStep(filter)] : []),
    executeStep(request),
  ];
}

/** A SCHED_DEADLINE process may not fork, not even for a hook. */
function isScheduledLate({ process: { scheduler } }: ProgramRequest, kind: Gate['kind']): boolean {
  return kind === 'socket' && scheduler?.policy === 'SCHED_DEADLINE';
}

/** For the printed plan: what lets the process do what it holds. */
export function letGoStep(): Step {
  const does = ['openat(AT_FDCWD, ".../start", O_WRONLY|O_NONBLOCK|O_CLOEXEC)', 'write(…, "\\x01", 1)'];
  return action('let the process go on', '', does, () => {});
}

/** What has been sent before `start`. If it fails, there is no connection: it leaves its results in the FIFO, and ends. */
export interface HeldProgram {
  readonly steps: readonly CallStep[];
  /** Those whose results it leaves there, in this order. */
  readonly reported: readonly Call[];
}

/** @param filtered whether the filter is in force by then */
export function heldProgram(request: ProgramRequest, filtered: boolean, fifo: Call): HeldProgram {
  const load = filtered || !request.filter ? undefined : loadStep(request.filter);
  const execute = executeStep(request);
  const loading = load?.calls.map((one) => (one.name === 'seccomp' ? ignoreErrors(one) : one)) ?? [];
  const loaded = loading.filter(({ name }) => name === 'seccomp');
  const [{ name, args }] = execute.calls as readonly [Call];
  // An argument that the kernel does not look at: what refers to a failed call is not done.
  const executed = ignoreErrors(call(name, ...args, ...loaded));
  const reported = [...loaded, executed];
  const values = words(...reported);
  const write = callWithStruct('write', values, fifo, values, reported.length * WORD);
  const report = [write, exitGroup(1)].map(ignoreErrors);
  return {
    steps: [
      ...(load ? [{ ...load, calls: loading }] : []),
      { ...execute, calls: [executed, ...report], answers: undefined, meanwhile: undefined },
    ],
    reported,
  };
}

const WORD = 8;
