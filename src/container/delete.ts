/** `delete`: removes a stopped container, or with `--force` any. */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { Log } from '../log/log.ts';
import { checkContainerId } from './container-id.ts';
import { destroy } from './destroy.ts';
import { openOnceCreated } from './first-process.ts';
import type { Found } from './record/find.ts';
import { unidentified } from './record/unidentified.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';

/**
 * @throws RuntimeError `not-found` (not with force); `state` for a container that runs (not with force), that another
 *   runtime has made, or whose
 *   parts cannot be told from others'. If anything is left, so is its record.
 */
export function remove(runtime: Runtime, id: string, { force }: { readonly force: boolean }): void {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  const found = take(directory, force);
  if (!found) return;
  if (found.kind === 'not ours') throw found.error;
  if (found.kind === 'unrecorded') {
    directory.remove();
    return;
  }
  const record = found.kind === 'record' ? found.record : salvage(found, runtime, id, force);
  if (force) {
    destroy(record, directory, runtime.log, { force });
    return;
  }
  using first = openOnceCreated(record);
  mustHaveStopped(id, statusWith(first, record, directory));
  const known = record.phase === 'created' ? { process: first } : undefined;
  destroy(record, directory, runtime.log, { force, known });
}

/** @returns undefined if there is nothing to delete by force, or another process has just done it */
function take(directory: StateDirectory, force: boolean): Found | undefined {
  try {
    lock(directory, force);
    // Whoever removes it may be at it still: then the lock is one of our own making.
    return directory.find();
  } catch (error) {
    if (force && error instanceof RuntimeError && error.code === 'not-found') return undefined;
    throw error;
  }
}

function lock(directory: StateDirectory, force: boolean): void {
  try {
    directory.lock(force ? undefined : notStopped(directory.id, 'creating'));
  } catch (error) {
    if (!force || !(error instanceof RuntimeError) || error.code !== 'state') throw error;
    // Either the lock is damaged, or the directory is not ours: that is the next thing looked at.
    if (directory.find().kind === 'not ours') throw error;
    directory.lockWithoutFile();
  }
}

/** What the container was made with is enough to remove it. @throws RuntimeError `state` if that is lost, too */
function salvage(
  { error, copy }: Extract<Found, { kind: 'damaged' }>,
  { root, log }: Runtime,
  id: string,
  force: boolean,
): StateRecord {
  if (!force) throw error;
  if (!copy) throw unidentified(root, id, error);
  noteCopy(error, log);
  return copy;
}

function noteCopy({ message }: RuntimeError, log: Log): void {
  log.warning(`${message}: the copy of its record is used`);
}

/** One that was never started has done nothing that could be lost. */
function mustHaveStopped(id: string, status: Status): void {
  if (status === 'stopped' || status === 'created') return;
  throw new RuntimeError('state', notStopped(id, status), {
    hint: `tsrun kill ${id} KILL, or tsrun delete --force ${id}`,
  });
}

function notStopped(id: string, status: Status): string {
  return `cannot delete container ${id} that is not stopped: ${status}`;
}
