/** `exec`: another process in a running container. */
import { execJoinCgroups } from '../cgroups/exec-join.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { callerReport } from '../host/caller.ts';
import { call } from '../kernel/call.ts';
import { kindOf } from '../namespaces/kinds.ts';
import { execPlan } from '../plan/exec-plan.ts';
import { Execution } from '../plan/execution.ts';
import { programSteps } from '../plan/start-plan.ts';
import type { Config, Process } from '../spec/types.ts';
import { checkConsole } from './console.ts';
import { checkContainerId } from './container-id.ts';
import { execProcess } from './exec-process.ts';
import { grantedCapabilities } from './granted-capabilities.ts';
import { writePidFile } from './pid-file.ts';
import type { Runtime } from './runtime.ts';
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
  readonly ignorePaused: boolean;
  readonly cgroup?: string;
}

/** @returns the exit status of the process, 128+N where signal N ended it; 0 when detached */
export async function exec(runtime: Runtime, id: string, options: ExecOptions): Promise<number> {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  const record = mustRun(directory.read(), directory);
  const config = directory.readConfig();
  const process = execProcess(config, options, runtime.log);
  checkConsole(process.terminal ?? false, options.detach, options.consoleSocket);
  const execution = new Execution();
  execute(execution, { record, config, process, options, runtime });
  if (options.pidFile) writePidFile(options.pidFile, execution.pid);
  return 0;
}

interface Parts {
  readonly record: StateRecord;
  readonly config: Config;
  readonly process: Process;
  readonly options: ExecOptions;
  readonly runtime: Runtime;
}

function execute(execution: Execution, { record, config, process, options, runtime }: Parts): void {
  const { preserveFds } = options;
  const consoleReceiver = call('socket');
  const { steps, findings } = execPlan({
    pid: record.pid,
    namespaces: joinedFlags(config, record),
    process,
    cgroups: execJoinCgroups(record.cgroups, 'clone'),
    preserveFds,
    console: process.terminal ? consoleReceiver : undefined,
  });
  const { uid, gid, additionalGids = [] } = process.user;
  const capabilities = grantedCapabilities(process.capabilities, record.userNamespace, runtime.log);
  const noNewPrivileges = process.noNewPrivileges ?? false;
  const credentials = { uid, gid, additionalGids, capabilities, noNewPrivileges };
  try {
    execution.execute(steps);
    execution.execute(
      programSteps({ process, ...findings, credentials, preserveFds, nofile: callerReport()?.nofile }),
    );
  } catch (error) {
    execution.disconnect();
    throw error;
  }
}

function mustRun(record: StateRecord | undefined, directory: StateDirectory): StateRecord {
  const status = record && statusOf(record, directory);
  if (record && (status === 'running' || status === 'created')) return record;
  throw new RuntimeError('state', `cannot exec in a ${status ?? 'stopped'} container`);
}

/** The namespaces that are not ours: those that the configuration has made or joined. */
function joinedFlags({ linux }: Config, { userNamespace }: StateRecord): number {
  const types = (linux?.namespaces ?? []).map(({ type }) => type);
  const all = userNamespace ? [...types, 'user' as const] : types;
  return all.reduce((flags, type) => flags | kindOf(type).flag, 0);
}
