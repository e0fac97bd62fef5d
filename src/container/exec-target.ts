/** The container that `exec` is about: whether it can have another process, which, and where. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { kindOf } from '../namespaces/kinds.ts';
import type { Config, Process } from '../spec/types.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { statusOf } from './status.ts';
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

/** @throws RuntimeError `state` */
export function mustRun(
  record: StateRecord | undefined,
  directory: StateDirectory,
  ignorePaused: boolean,
): StateRecord {
  const status = statusOf(record, directory);
  if (record && (status === 'running' || status === 'created')) return record;
  if (record && status === 'paused') {
    if (ignorePaused) return record;
    throw new RuntimeError('state', 'cannot exec in a paused container', {
      hint: 'tsrun resume it, or use --ignore-paused: then it begins when the container is resumed',
    });
  }
  throw new RuntimeError(
    'state',
    `cannot exec in a ${status} container`,
    whyNotRunning(directory.id, record, status),
  );
}

/** The namespaces that are not ours: those that the configuration has made or joined. */
export function joinedFlags({ linux }: Config, { userNamespace }: StateRecord): number {
  const types = (linux?.namespaces ?? []).map(({ type }) => type);
  const all = userNamespace ? [...types, 'user' as const] : types;
  let flags = 0;
  for (const type of all) flags |= kindOf(type).flag;
  return flags;
}
