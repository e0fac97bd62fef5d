/** What the container's first process waits for `start` with, and how `start` has it go on. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { identity } from '../host/identity.ts';
import { type IdentifiedProcess, visibleStatus } from '../host/process-identity.ts';
import type { Step } from '../init/step.ts';
import { Vigil } from '../init/vigil.ts';
import { call } from '../kernel/call.ts';
import { unlinkSync } from '../kernel/file-system.ts';
import { join } from '../kernel/path.ts';
import { exitOf } from '../kernel/wait.ts';
import { type Execution, stepError } from '../plan/execution.ts';
import { afterHooks, heldProgram, type WaitPlan, waitPlan } from '../plan/wait-plan.ts';
import { type Filter, loadStep, withoutListener } from '../seccomp/load.ts';
import { stoppedByFilter } from '../seccomp/stopped.ts';
import { filteredWhileWaiting } from '../seccomp/while-waiting.ts';
import type { Config, Hooks } from '../spec/types.ts';
import { hookSteps, mustHaveExecuted, programRequest, type Startable } from './program.ts';
import { INIT_SOCKET, START_FIFO } from './record/files.ts';
import { letGo } from './start-fifo.ts';
import type { StateDirectory } from './state-directory.ts';

/** Stand for descriptors that are opened when the plan is executed. */
export const listener = call('socket');
export const fifo = call('openat');

/** Then `start` connects to the process, and sends it programs. */
export function hasStartHooks(hooks: Hooks | undefined): boolean {
  return Boolean(hooks?.startContainer?.length);
}

/** By name, in the container's directory: it is there as long as the container has not been started. */
export function gateFile({ hooks }: Pick<Config, 'hooks'>): string {
  return hasStartHooks(hooks) ? INIT_SOCKET : START_FIFO;
}

/** Once the program is executed. The container runs whether or not the file can be removed. */
export function removeGate({ path }: StateDirectory, config: Config): void {
  try {
    unlinkSync(join(path, gateFile(config)));
  } catch {
    // `delete` removes it.
  }
}

/** @throws RuntimeError if the filter forbids it, and cannot be loaded later */
export function waitsFiltered(filter: Filter, { process, hooks }: Config): boolean {
  return filteredWhileWaiting(filter, {
    noNewPrivileges: process.noNewPrivileges ?? false,
    hooks: hasStartHooks(hooks),
    traceable: filter.traceable === true,
  });
}

/** @returns what a process that did not come to wait was stopped by; undefined if it was not its filter */
export function endedByFilter(error: unknown, command: string, pid: number): RuntimeError | undefined {
  if (!(error instanceof RuntimeError) || error.details.call !== undefined) return undefined;
  const exit = exitOf(pid);
  return exit && stoppedByFilter(command, exit);
}

/** @param listens whether hooks are run in the container, of whatever kind */
export function waitingPlan(startable: Startable, listens: boolean): WaitPlan {
  const { record, config } = startable;
  const bySocket = hasStartHooks(config.hooks);
  return waitPlan(programRequest(startable), {
    gate: bySocket ? { kind: 'socket', listener } : { kind: 'fifo', fifo },
    filtered: record.filtered === true,
    dumpable: identity().isRootless && record.sharesPids === undefined,
    unused: listens && !bySocket ? [listener] : [],
  });
}

/** @throws RuntimeError if the process did not execute its program */
export function startWaiting(execution: Execution, startable: Startable, first: IdentifiedProcess): void {
  if (hasStartHooks(startable.config.hooks)) execution.execute(stepsOfStart(execution, startable));
  else letItGo(startable, first);
  mustHaveExecuted(startable);
}

/** What `start` does after it has connected: startContainer hooks, and the last program. */
export function stepsOfStart(execution: Execution | undefined, startable: Startable): readonly Step[] {
  const { record, filter } = startable;
  const missing = record.filtered ? undefined : withoutListener(filter);
  return [
    ...hookSteps(execution, startable, missing ? [loadStep(missing)] : []),
    ...afterHooks(programRequest(startable), record.filtered === true, record.pid),
  ];
}

function letItGo(startable: Startable, { pid, pidfd }: IdentifiedProcess): void {
  const { record, directory, filter } = startable;
  const held = heldProgram(programRequest(startable), record.filtered === true, fifo);
  const vigil = new Vigil(() => pid);
  const isOver = () => {
    if (pidfd.hasEnded() || visibleStatus(pid)?.hasExecuted) return true;
    vigil.look();
    return false;
  };
  const failure = letGo(directory, held, isOver, (fd) => filter?.handOver?.({ pid }, fd));
  const failed = failure && held.steps.find(({ calls }) => calls.includes(failure.call));
  if (!failed) return;
  const better = failed.recover?.(failure);
  throw stepError(failed, failure, better instanceof RuntimeError ? better : undefined);
}
