/** From the container's waiting first process to the user's program: for `start`, and for `run`, which does not wait. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { startContainerSteps } from '../hooks/container-hooks.ts';
import { runtimeHookSteps } from '../hooks/runtime-hooks.ts';
import { identity } from '../host/identity.ts';
import { visibleStatus } from '../host/process-identity.ts';
import type { Step } from '../init/step.ts';
import { call } from '../kernel/call.ts';
import { exitOf } from '../kernel/wait.ts';
import { silentLog } from '../log/log.ts';
import type { Execution } from '../plan/execution.ts';
import { identitySteps, type ProgramRequest, programSteps } from '../plan/start-plan.ts';
import { type Filter, withoutListener } from '../seccomp/load.ts';
import { stoppedByFilter } from '../seccomp/stopped.ts';
import type { Config } from '../spec/types.ts';
import { mayFailToBegin, mustHaveBegun } from './begun.ts';
import { grantedCapabilities, ownsRights } from './granted-capabilities.ts';
import { hookState } from './hook-state.ts';
import { connectToInit } from './init-socket.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

export interface Startable {
  readonly record: StateRecord;
  readonly config: Config;
  readonly directory: StateDirectory;
  readonly filter: Filter | undefined;
}

/** For `run`. @throws RuntimeError if the process did not execute its program */
export function startProgram(execution: Execution, startable: Startable): void {
  const request = programRequest(startable);
  const inHook = { ...request, filter: withoutListener(startable.filter) };
  execution.execute([...hookSteps(execution, startable, identitySteps(inHook)), ...programSteps(request)]);
  mustHaveExecuted(startable);
}

export function runPoststart(execution: Execution, record: StateRecord, { hooks }: Config): void {
  if (!hooks?.poststart?.length) return;
  execution.execute(runtimeHookSteps('poststart', hooks.poststart, () => hookState(record, 'running')));
}

/**
 * One step for each startContainer hook.
 *
 * @param become what makes a hook's process what the container's own will be, as far as the init is not that yet
 */
export function hookSteps(
  execution: Execution | undefined,
  { record, config: { hooks, process }, directory }: Startable,
  become: readonly Step[],
): readonly Step[] {
  const wanted = hooks?.startContainer;
  if (!wanted?.length) return [];
  const listener = call('socket');
  if (record.listener !== undefined) execution?.define(listener, record.listener);
  return startContainerSteps(wanted, () => hookState(record, 'created'), {
    socket: { listener, connect: () => connectToInit(directory) },
    env: record.env ?? [],
    prepare: become.flatMap((step) => (step.kind === 'calls' ? step.calls : [])),
    user: process.user,
  });
}

export function programRequest({ record, config, filter }: Startable): ProgramRequest {
  const { process, linux = {} } = config;
  const { uid, gid, additionalGids = [] } = process.user;
  const creators = BigInt(`0x${record.capabilities}`);
  const rights = ownsRights(record, linux);
  const capabilities = grantedCapabilities(process.capabilities, rights, silentLog, creators);
  const noNewPrivileges = process.noNewPrivileges ?? false;
  return {
    process,
    linux,
    executable: record.executable ?? '',
    env: record.env ?? [],
    cwdEntered: record.cwdEntered !== false,
    credentials: { uid, gid, additionalGids, capabilities, noNewPrivileges },
    preserveFds: record.preserveFds,
    limitedFrom: limitedFrom(record),
    filter,
  };
}

/** Root sets the limits of a container in a user namespace itself. */
function limitedFrom({ userNamespace, pid }: StateRecord): number | undefined {
  return userNamespace && !identity().isRootless ? pid : undefined;
}

/**
 * The control socket has ended: either by execve, since it is close-on-exec, or because the process was killed.
 * A process that is gone altogether was reaped by somebody who waited for it.
 */
export function mustHaveExecuted({ record, filter, config }: Startable): void {
  const init = visibleStatus(record.pid);
  const { resources } = config.linux ?? {};
  if (mayFailToBegin(resources)) mustHaveBegun(record.pid, record.cgroups, resources);
  if (init?.startTime !== record.startTime || init?.hasExecuted !== false) return;
  const stopped = filter && stoppedByFilter(config.process.args?.[0] ?? '', exitOf(record.pid));
  if (stopped) throw stopped;
  throw new RuntimeError(
    'system',
    "the container's first process was killed before it executed its program",
    {
      hint: 'a memory limit that is too low does that: see the kernel log',
    },
  );
}
