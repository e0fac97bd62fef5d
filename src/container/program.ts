/** From the container's waiting first process to the user's program: for `start`, and for `run`, which does not wait. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { identity } from '../host/identity.ts';
import { visibleStatus } from '../host/process-identity.ts';
import type { Step } from '../init/step.ts';
import { call } from '../kernel/call.ts';
import { exitOf } from '../kernel/wait.ts';
import { silentLog } from '../log/log.ts';
import type { Execution } from '../plan/execution.ts';
import { identitySteps, type ProgramRequest, programSteps } from '../plan/start-plan.ts';
import type { ResourceLimit } from '../process/rlimits.ts';
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

/** @throws RuntimeError where the process did not come to execute its program */
export async function startProgram(execution: Execution, startable: Startable): Promise<void> {
  execution.execute(await startSteps(execution, startable));
  mustHaveExecuted(startable);
}

export async function runPoststart(
  execution: Execution,
  record: StateRecord,
  { hooks }: Config,
): Promise<void> {
  if (!hooks?.poststart?.length) return;
  const { runtimeHookSteps } = await import('../hooks/runtime-hooks.ts');
  execution.execute(runtimeHookSteps('poststart', hooks.poststart, () => hookState(record, 'running')));
}

/** The steps from the waiting init to the user's program, poststart hooks aside. */
export async function startSteps(
  execution: Execution | undefined,
  { record, config, directory, filter }: Startable,
): Promise<readonly Step[]> {
  const request = { ...programRequest(record, config), filter };
  const own = programSteps(request);
  const wanted = config.hooks?.startContainer;
  // Most containers have no hooks: what is not loaded costs nothing.
  if (!wanted?.length) return own;
  const { startContainerSteps } = await import('../hooks/container-hooks.ts');
  const listener = call('socket');
  if (record.listener !== undefined) execution?.define(listener, record.listener);
  const inHook = { ...request, filter: withoutListener(filter) };
  const prepare = identitySteps(inHook).flatMap((step) => (step.kind === 'calls' ? step.calls : []));
  const hooks = startContainerSteps(wanted, () => hookState(record, 'created'), {
    socket: { listener, connect: () => connectToInit(directory) },
    env: request.env,
    prepare,
    user: config.process.user,
  });
  return [...hooks, ...own];
}

function programRequest(
  record: StateRecord,
  { process, linux = {} }: Config,
): Omit<ProgramRequest, 'filter'> {
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
    nofile: nofileOf(record),
    limitedFrom: limitedFrom(record),
  };
}

function nofileOf({ nofile }: StateRecord): ResourceLimit | undefined {
  return nofile && { soft: BigInt(`0x${nofile.soft}`), hard: BigInt(`0x${nofile.hard}`) };
}

/** Root sets the limits of a container in a user namespace itself. */
function limitedFrom({ userNamespace, pid }: StateRecord): number | undefined {
  return userNamespace && !identity().isRootless ? pid : undefined;
}

/**
 * The control socket has ended: either by execve, since it is close-on-exec, or because the process was killed.
 * A process that is gone altogether was reaped by somebody who waited for it.
 */
function mustHaveExecuted({ record, filter, config }: Startable): void {
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
