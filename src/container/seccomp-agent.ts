/** The agent that a seccomp profile notifies: connected to before anything is done, told when the filter is loaded. */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { HookState } from '../hooks/state.ts';
import { statSync } from '../kernel/file-system.ts';
import { handOver } from '../seccomp/hand-over.ts';
import { type Filter, isListenedTo } from '../seccomp/load.ts';
import type { Config } from '../spec/types.ts';
import { connectTo } from './console.ts';
import { hookState } from './hook-state.ts';
import type { StateRecord } from './state-record.ts';

const POINTER = '/linux/seccomp/listenerPath';
const S_IFMT = 0o170000;
const S_IFSOCK = 0o140000;

/**
 * The same filter, with what hands its listener over; as it is where there is none.
 *
 * @param statusOf the container when the process begins
 * @throws RuntimeError `system` where no agent listens
 */
export function withAgent(
  filter: Filter | undefined,
  { linux }: Config,
  record: StateRecord,
  statusOf: () => HookState['status'],
): Filter | undefined {
  if (!filter || !isListenedTo(filter)) return filter;
  const { listenerPath: path = '', listenerMetadata } = linux?.seccomp ?? {};
  const status = statusOf();
  const message = (pid: number) => processState(record, status, pid, listenerMetadata);
  const agent = { socket: connectToAgent(path), path, message };
  return {
    ...filter,
    handOver: (live, control) => handOver(agent, live.pid, control),
  };
}

/** For `create`: the agent is connected to when the container is started. @throws RuntimeError `system` */
export function checkAgent({ linux }: Config): void {
  const path = linux?.seccomp?.listenerPath ?? '';
  const status = statSync(path);
  if (status && (status.mode & S_IFMT) === S_IFSOCK) return;
  throw missingAgent(path, new Error(status ? 'not a socket' : 'ENOENT (no such file or directory)'));
}

function connectToAgent(path: string): number {
  try {
    return connectTo(path);
  } catch (error) {
    throw missingAgent(path, error instanceof Error ? error.cause : error);
  }
}

function missingAgent(path: string, cause: unknown): RuntimeError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new RuntimeError('system', `failed to connect with seccomp agent at "${path}"${reason}`, {
    cause,
    pointer: POINTER,
    hint: 'start the agent first: it has to listen there, on an AF_UNIX stream socket',
  });
}

/** The container process state, config-linux.md. The pid is that of the process, as we see it. */
function processState(
  record: StateRecord,
  status: HookState['status'],
  pid: number,
  metadata: string | undefined,
): string {
  return JSON.stringify({
    ociVersion: record.ociVersion,
    fds: ['seccompFd'],
    pid,
    ...(metadata === undefined ? {} : { metadata }),
    // `run` connects before there is a process.
    state: hookState(record.pid === 0 ? { ...record, pid } : record, status),
  });
}
