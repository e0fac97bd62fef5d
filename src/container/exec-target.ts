/** The container that `exec` is about: whether it can have another process, which, and where. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { requireOwnProc } from '../host/own-proc.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import { O_RDONLY } from '../kernel/constants/file.ts';
import { openSync, readIfThere } from '../kernel/file-system.ts';
import { kindOf } from '../namespaces/kinds.ts';
import type { Config, Process } from '../spec/types.ts';
import { openFirstProcess } from './first-process.ts';
import { mustBeOfOurNamespace } from './other-namespace.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';
import { whyNotRunning } from './why-not-running.ts';

/** A namespace with one id has no other. */
export function mustBeItsIds({ user: { uid, gid } }: Process, { nested }: StateRecord): void {
  if (!nested || (uid === nested.uid && gid === nested.gid)) return;
  throw new RuntimeError(
    'rootless',
    `uid ${uid} and gid ${gid} do not exist in the container: it has one id`,
    {
      pointer: '/process/user',
      hint: `use --user ${nested.uid}:${nested.gid}, or map more ids when it is created`,
    },
  );
}

export interface ExecTarget {
  readonly record: StateRecord;
  /** The process whose namespaces are joined. */
  readonly first: IdentifiedProcess;
}

/** @throws RuntimeError `state`; `system` if /proc is another pid namespace's */
export function openTarget(directory: StateDirectory, ignorePaused: boolean): ExecTarget {
  const record = directory.read();
  requireOwnProc();
  if (record) mustBeOfOurNamespace(record);
  const first = record && openFirstProcess(record);
  const status = statusWith(first, record, directory);
  if (first && mayExec(status, ignorePaused)) return { record, first };
  first?.[Symbol.dispose]();
  throw refusal(directory.id, record, status);
}

function mayExec(status: Status, ignorePaused: boolean): boolean {
  return status === 'running' || status === 'created' || (status === 'paused' && ignorePaused);
}

function refusal(id: string, record: StateRecord | undefined, status: Status): RuntimeError {
  if (status === 'paused') {
    return new RuntimeError('state', 'cannot exec in a paused container', {
      hint: 'tsrun resume it, or use --ignore-paused: then it begins when the container is resumed',
    });
  }
  const details = whyNotRunning(id, record, status);
  return new RuntimeError('state', `cannot exec in a ${status} container`, details);
}

/** Of the process. @throws RuntimeError `state` */
export function openUserNamespace(first: IdentifiedProcess): number {
  const opened = first.read(() => openSync(`/proc/${first.pid}/ns/user`, O_RDONLY));
  if (opened === undefined) throw new RuntimeError('state', 'cannot exec in a stopped container');
  return opened;
}

/** Of the process's user namespace; nothing if it has ended. */
export function readUidMap(first: IdentifiedProcess): string {
  return first.read(() => readIfThere(`/proc/${first.pid}/uid_map`, 'latin1')) ?? '';
}

/** The namespaces that are not ours: those that the configuration has made or joined. */
export function joinedFlags({ linux }: Config, { userNamespace }: StateRecord): number {
  const types = (linux?.namespaces ?? []).map(({ type }) => type);
  const all = userNamespace ? [...types, 'user' as const] : types;
  let flags = 0;
  for (const type of all) flags |= kindOf(type).flag;
  return flags;
}
