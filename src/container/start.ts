/** `start`: has the waiting first process of a created container execute the user's program. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { receiveGreeting } from '../init/remote.ts';
import { Vigil } from '../init/vigil.ts';
import { existsSync } from '../kernel/file-system.ts';
import { join } from '../kernel/path.ts';
import { Execution } from '../plan/execution.ts';
import type { Config } from '../spec/types.ts';
import { checkContainerId } from './container-id.ts';
import { destroyOrWarn } from './destroy.ts';
import { openFirstProcess } from './first-process.ts';
import { connectToInit } from './init-socket.ts';
import { keptFilter } from './kept-filter.ts';
import { memoryLimitTooLow } from './memory-limit-too-low.ts';
import { listenForReadiness } from './notify.ts';
import { mustBeOfOurNamespace } from './other-namespace.ts';
import { runPoststart } from './program.ts';
import type { Runtime } from './runtime.ts';
import { withAgent } from './seccomp-agent.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';
import { gateFile, hasStartHooks, removeGate, startWaiting } from './waiting.ts';
import { whyNotRunning } from './why-not-running.ts';

const CREATING = 'cannot start a container that is still being created';

/** @throws RuntimeError `not-found`, `state`, `executable`, `hook` */
export function start(runtime: Runtime, id: string): void {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  directory.lock(CREATING);
  const record = directory.read();
  if (record) mustBeOfOurNamespace(record);
  using first = record && openFirstProcess(record);
  const status = statusWith(first, record, directory);
  if (!record || !first || status !== 'created') throw refusal(directory, record, status);
  const config = directory.readConfig();
  const kept = keptFilter(directory, record, config);
  const filter = record.filtered ? kept : withAgent(kept, config, record, () => 'created');
  const execution = new Execution(runtime.log);
  execution.pid = record.pid;
  const notify = listenForReadiness(directory, runtime.log);
  try {
    if (hasStartHooks(config.hooks)) execution.connect('init', greeted(connectToInit(directory), record.pid));
    startWaiting(execution, { record, config, directory, filter }, first);
    removeGate(directory, config);
    runPoststart(execution, record, config);
  } catch (error) {
    const code = error instanceof RuntimeError ? error.code : undefined;
    const explained = explain(error, record, config);
    // The specification: stop the container, and go on with its deletion (runtime.md, Lifecycle, steps 7 and 9).
    if (code === 'hook') destroyOrWarn(record, directory, runtime.log);
    else if (explained === error && code === 'system' && first.pidfd.hasEnded()) throw killed(error);
    throw explained;
  }
  if (!notify) return;
  // Others may do something with the container meanwhile.
  directory.unlock();
  notify.handOver(record.pid, first.pidfd);
}

function greeted(control: number, pid: number): number {
  receiveGreeting(control, new Vigil(() => pid));
  return control;
}

function explain(error: unknown, { cgroups }: StateRecord, config: Config): unknown {
  return memoryLimitTooLow(error, cgroups, config);
}

/** By a signal, while we talked to it. */
function killed(cause: unknown): RuntimeError {
  const hint = cause instanceof RuntimeError ? cause.details.hint : undefined;
  const details = { cause, ...(hint === undefined ? {} : { hint }) };
  return new RuntimeError('state', 'cannot start a container that has stopped', details);
}

function refusal(directory: StateDirectory, record: StateRecord | undefined, status: Status): unknown {
  const words: Partial<Record<Status, string>> = {
    stopped: 'cannot start a container that has stopped',
    paused: 'cannot start a container in the paused state',
    creating: CREATING,
  };
  const message = words[status] ?? 'cannot start an already running container';
  if (record?.phase === 'created' && status === 'stopped') {
    const config = directory.readConfig();
    const ended = new RuntimeError('system', message);
    // It was never started, and may have been killed when `create` was done with it.
    const wasWaiting = existsSync(join(directory.path, gateFile(config)));
    const explained = wasWaiting ? explain(ended, record, config) : ended;
    if (explained !== ended) return explained;
  }
  const isPlain = status !== 'stopped' && status !== 'creating';
  return new RuntimeError('state', message, isPlain ? {} : whyNotRunning(directory.id, record, status));
}
