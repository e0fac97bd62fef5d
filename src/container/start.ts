/** `start`: has the waiting first process of a created container execute the user's program. */
import { closeSync, constants, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { RuntimeError } from '../errors/runtime-error.ts';
import { callerReport } from '../host/caller.ts';
import { receiveGreeting } from '../init/remote.ts';
import type { Step } from '../init/step.ts';
import { connect, socket } from '../kernel/calls/socket.ts';
import { AF_UNIX, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { perform } from '../kernel/local.ts';
import { silentLog } from '../log/log.ts';
import { Execution } from '../plan/execution.ts';
import { programSteps } from '../plan/start-plan.ts';
import type { Config } from '../spec/types.ts';
import { checkContainerId } from './container-id.ts';
import { grantedCapabilities } from './granted-capabilities.ts';
import type { Runtime } from './runtime.ts';
import { INIT_SOCKET, StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { initOf, type Status, statusOf } from './status.ts';

/** @throws RuntimeError `not-found`, `state`, `executable`, `hook` */
export function start(runtime: Runtime, id: string): void {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  directory.lock();
  const record = directory.read();
  mustBeCreated(record && statusOf(record, directory));
  const execution = new Execution();
  execution.pid = record?.pid ?? 0;
  execution.connect('init', connectToInit(directory));
  const config = directory.readConfig();
  startProgram(execution, record as StateRecord, config);
  unlinkSync(join(directory.path, INIT_SOCKET));
}

/** Executes the last steps. @throws RuntimeError where the process did not come to execute its program */
export function startProgram(execution: Execution, record: StateRecord, config: Config): void {
  execution.execute(programOf(record, config));
  mustHaveExecuted(record);
}

/** The steps from the waiting init to the user's program. */
export function programOf(record: StateRecord, { process }: Config): readonly Step[] {
  const { uid, gid, additionalGids = [] } = process.user;
  const capabilities = grantedCapabilities(process.capabilities, record.userNamespace, silentLog);
  const noNewPrivileges = process.noNewPrivileges ?? false;
  return programSteps({
    process,
    executable: record.executable ?? '',
    env: record.env ?? [],
    cwdEntered: record.cwdEntered !== false,
    credentials: { uid, gid, additionalGids, capabilities, noNewPrivileges },
    preserveFds: record.preserveFds,
    nofile: callerReport()?.nofile,
  });
}

function mustBeCreated(status: Status | undefined): void {
  if (status === 'created') return;
  const words: Partial<Record<Status, string>> = {
    stopped: 'cannot start a container that has stopped',
    creating: 'cannot start a container that is still being created',
  };
  throw new RuntimeError('state', (status && words[status]) ?? 'cannot start an already running container');
}

/** The init answers the connection with an empty program's answer: it is there, and listens to us. */
function connectToInit({ path }: StateDirectory): number {
  const directory = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    perform(connect(fd, `/proc/self/fd/${directory}/${INIT_SOCKET}`));
    receiveGreeting(fd);
    return fd;
  } finally {
    closeSync(directory);
  }
}

/**
 * The control socket has ended: either by execve, since it is close-on-exec, or because the process was killed.
 * A process that is gone altogether was reaped by somebody who waited for it.
 */
function mustHaveExecuted(record: StateRecord): void {
  const init = initOf(record);
  if (!init || init.hasExecuted) return;
  throw new RuntimeError(
    'system',
    "the container's first process was killed before it executed its program",
    {
      hint: 'a memory limit that is too low does that: see the kernel log',
    },
  );
}
