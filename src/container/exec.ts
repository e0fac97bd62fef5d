/** `exec`: another process in a running container. */

import { memoryTrouble } from '../cgroups/out-of-memory.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { identity } from '../host/identity.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import { transferableStreams } from '../host/streams.ts';
import { call } from '../kernel/call.ts';
import { SIGKILL } from '../kernel/constants/process.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { processStatus } from '../kernel/process-status.ts';
import { catchSignals } from '../kernel/signal-source.ts';
import { waitForExit } from '../kernel/spawn.ts';
import { exitOf } from '../kernel/wait.ts';
import { type Log, silentLog } from '../log/log.ts';
import { stages } from '../log/stages.ts';
import type { Findings } from '../plan/create-plan.ts';
import { execPlan } from '../plan/exec-plan.ts';
import { Execution } from '../plan/execution.ts';
import { type ProgramRequest, programSteps } from '../plan/start-plan.ts';
import type { Filter } from '../seccomp/load.ts';
import { stoppedByFilter } from '../seccomp/stopped.ts';
import type { Linux, Process } from '../spec/types.ts';
import { hasMemoryLimit, mayFailToBegin, mustHaveBegun } from './begun.ts';
import { checkConsole, connectTo, OwnConsole } from './console.ts';
import { checkContainerId } from './container-id.ts';
import { endChild, endUnreapedChild } from './end-child.ts';
import { cgroupJoin } from './exec-cgroups.ts';
import { execProcess } from './exec-process.ts';
import { joinedFlags, mustBeItsIds, openTarget, openUserNamespace, readUidMap } from './exec-target.ts';
import { exitStatus } from './foreground/exit.ts';
import { awaitForeground } from './foreground/foreground.ts';
import { caughtSignals } from './foreground/signals.ts';
import { prepareTerminal } from './foreground/terminal.ts';
import { grantedCapabilities, ownsRights } from './granted-capabilities.ts';
import { withGrantedGroups } from './granted-groups.ts';
import { keptFilter } from './kept-filter.ts';
import { limitThatKilled, memoryLimitTooLow } from './memory-limit-too-low.ts';
import { checkPassedDescriptors } from './passed-descriptors.ts';
import { PidFile } from './pid-file.ts';
import type { Runtime } from './runtime.ts';
import { withAgent } from './seccomp-agent.ts';
import { sendPidfd } from './send-pidfd.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { statusOf } from './status.ts';

export interface ExecOptions {
  readonly processFile?: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: readonly string[];
  readonly user?: { readonly uid: number; readonly gid?: number };
  readonly additionalGids: readonly number[];
  readonly tty: boolean;
  readonly detach: boolean;
  readonly pidFile?: string;
  readonly consoleSocket?: string;
  readonly preserveFds: number;
  readonly caps: readonly string[];
  readonly noNewPrivs?: boolean;
  readonly apparmor?: string;
  readonly processLabel?: string;
  readonly ignorePaused: boolean;
  readonly pidfdSocket?: string;
  /** Sub-cgroups to run in: paths by controller, by the empty name for every hierarchy. */
  readonly subCgroups?: ReadonlyMap<string, string>;
}

/** @returns the exit status of the process, 128+N where signal N ended it; 0 when detached */
export async function exec(runtime: Runtime, id: string, options: ExecOptions): Promise<number> {
  checkContainerId(id);
  checkPassedDescriptors(options.preserveFds);
  const directory = new StateDirectory(runtime.root, id);
  const { record, first } = openTarget(directory, options.ignorePaused);
  using _ = first;
  const config = directory.readConfig();
  const { linux = {} } = config;
  const asked = await execProcess(config, options, runtime.log);
  const process = withGrantedGroups(asked, linux.namespaces ?? [], logOfRights(options, runtime));
  mustBeItsIds(process, record);
  checkConsole(process.terminal ?? false, options.detach, options.consoleSocket);
  const filter = withAgent(keptFilter(directory, record, config), config, record, () =>
    statusOf(record, directory) === 'created' ? 'created' : 'running',
  );
  const parts = {
    record,
    first,
    namespaces: joinedFlags(config, record),
    process,
    linux,
    filter,
    options,
    runtime,
  };
  // Awaited here: the pidfd is closed when this function returns.
  return await (options.detach ? execDetached(parts) : execInForeground(parts));
}

interface Parts {
  readonly record: StateRecord;
  /** The container's first process. */
  readonly first: IdentifiedProcess;
  /** `CLONE_*` */
  readonly namespaces: number;
  readonly process: Process;
  readonly linux: Linux;
  readonly filter: Filter | undefined;
  readonly options: ExecOptions;
  readonly runtime: Runtime;
}

async function execDetached(parts: Parts): Promise<number> {
  using _ = execute(parts).pidfd;
  return 0;
}

async function execInForeground(parts: Parts): Promise<number> {
  using signals = catchSignals(caughtSignals({ terminal: parts.process.terminal ?? false }));
  const { pid, pidfd, master, killsBefore } = execute(parts);
  using _ = pidfd;
  const { exit, deliver } = await orEnd(pidfd, () => awaitForeground({ pid, pidfd, master, signals }));
  if ('signal' in exit && exit.signal === SIGKILL) explainKill(parts, killsBefore);
  await deliver();
  return exitStatus(exit);
}

async function orEnd<T>(pidfd: Pidfd, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    endChild(pidfd);
    throw error;
  }
}

/** As of `run`. */
function explainKill({ record, linux, runtime }: Parts, killsBefore: number): void {
  const limit = limitThatKilled(record.cgroups, { linux }, killsBefore);
  if (limit !== undefined) runtime.log.warning(limit, { pointer: '/linux/resources/memory' });
}

interface Executed {
  readonly pid: number;
  readonly pidfd: Pidfd;
  readonly master: number | undefined;
  /** How many of the container's processes were killed for want of memory before. */
  readonly killsBefore: number;
}

/** @throws RuntimeError; then there is no process */
function execute(parts: Parts): Executed {
  const { record, first, namespaces, process, options, runtime } = parts;
  const { log } = runtime;
  const execution = new Execution(log);
  const consoleReceiver = call('socket');
  const own = process.terminal && !options.consoleSocket ? new OwnConsole() : undefined;
  if (process.terminal) {
    execution.define(consoleReceiver, own ? own.sender : connectTo(options.consoleSocket ?? ''));
  }
  const { target, nested } = defineTarget(execution, parts);
  const { steps, findings } = execPlan({
    target,
    nested,
    resctrl: record.resctrl,
    namespaces,
    process,
    readUidMap: () => readUidMap(first),
    cgroups: cgroupJoin(record, first, options.subCgroups, log),
    preserveFds: options.preserveFds,
    keyring: record.keyring,
    rootless: identity().isRootless,
    streams: transferableStreams(),
    idMaps: record.idMaps,
    log: runtime.log,
    console: process.terminal ? consoleReceiver : undefined,
  });
  const { resources } = parts.linux;
  const isLimited = hasMemoryLimit(resources);
  const killsBefore = isLimited ? memoryTrouble(record.cgroups).kills : 0;
  try {
    log.debug(stages.setup);
    execution.execute(steps);
    const { pid, stubPid } = execution;
    // Until it is reaped, the stub that was dismissed counts as a process of the container.
    if ((resources?.pids?.limit ?? resources?.unified?.['pids.max']) !== undefined) waitForExit(stubPid);
    log.debug(stages.inside, { pid });
    const pidfd = Pidfd.open(pid);
    const master = own?.receive();
    if (master !== undefined) prepareTerminal(master);
    if (options.pidfdSocket) sendPidfd(options.pidfdSocket, 'setns', pid);
    if (!pidfd) throw new TypeError('a child of ours is gone before it was waited for');
    using pidFile = options.pidFile ? PidFile.prepare(options.pidFile, pid) : undefined;
    log.debug(stages.program);
    execution.execute(programSteps(programRequest(parts, findings, pid)));
    mustHaveExecuted(pid, parts);
    if (mayFailToBegin(resources)) mustHaveBegun(pid, record.cgroups, resources, killsBefore);
    pidFile?.publish();
    return { pid, pidfd, master, killsBefore };
  } catch (error) {
    // The stub ends with its socket; what executes its program by now does not.
    execution.disconnect();
    endUnreapedChild(execution.pid);
    if (!isLimited) throw error;
    throw memoryLimitTooLow(
      error,
      record.cgroups,
      { linux: parts.linux },
      { name: 'the process', killsBefore },
    );
  }
}

/** The descriptors that the stub inherits: opened and verified here. */
function defineTarget(execution: Execution, { record, first }: Parts) {
  const target = call('pidfd_open');
  execution.define(target, first.pidfd.fd);
  if (!record.nested) return { target };
  const nested = call('openat');
  execution.define(nested, openUserNamespace(first));
  return { target, nested };
}

function programRequest(
  { record, process, linux, filter, options, runtime }: Parts,
  findings: Findings,
  pid: number,
): ProgramRequest {
  const { uid, gid, additionalGids = [] } = process.user;
  const log = logOfRights(options, runtime);
  const capabilities = grantedCapabilities(process.capabilities, ownsRights(record, linux), log);
  const noNewPrivileges = process.noNewPrivileges ?? false;
  const credentials = { uid, gid, additionalGids, capabilities, noNewPrivileges };
  return {
    process,
    linux,
    ...findings,
    credentials,
    preserveFds: options.preserveFds,
    limitedFrom: record.userNamespace && !identity().isRootless ? pid : undefined,
    filter,
  };
}

/** What the container's own process did not get either was said when it was created. */
function logOfRights({ processFile, caps, additionalGids }: ExecOptions, { log }: Runtime): Log {
  return processFile || caps.length > 0 || additionalGids.length > 0 ? log : silentLog;
}

/** The control socket's end of file means execve, or that the process was killed: its memory limit, or the init's end. */
function mustHaveExecuted(pid: number, { filter, process }: Parts): void {
  if (processStatus(pid)?.hasExecuted !== false) return;
  const stopped = filter && stoppedByFilter(process.args?.[0] ?? '', exitOf(pid));
  if (stopped) throw stopped;
  throw new RuntimeError('system', 'the process was killed before it executed its program', {
    hint: 'did the container end meanwhile?',
  });
}
