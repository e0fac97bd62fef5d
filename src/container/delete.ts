/** `delete`: removes a stopped container, or with `--force` any. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { checkContainerId } from './container-id.ts';
import { destroy } from './destroy.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusOf } from './status.ts';

/** @throws RuntimeError `not-found` (not with force), `state` */
export async function remove(
  runtime: Runtime,
  id: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  const taken = take(directory, force);
  if (!taken) return;
  const { record } = taken;
  if (!force && record) mustHaveStopped(id, statusOf(record, directory));
  await destroy(record, directory, runtime.log);
}

/** One that was never started has done nothing that could be lost. */
function mustHaveStopped(id: string, status: Status): void {
  if (status === 'stopped' || status === 'created') return;
  throw new RuntimeError('state', `cannot delete container ${id} that is not stopped: ${status}`, {
    hint: `tsrun kill ${id} KILL, or tsrun delete --force ${id}`,
  });
}

/** @returns undefined where there is nothing to delete by force, or somebody else has just done it */
function take(
  directory: StateDirectory,
  force: boolean,
): { readonly record: StateRecord | undefined } | undefined {
  try {
    directory.lock();
    // Whoever removes it may be at it still: then the lock is one of our own making.
    return { record: readRecord(directory, force) };
  } catch (error) {
    if (force && error instanceof RuntimeError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** A record that cannot be read does not stop `--force`. */
function readRecord(directory: StateDirectory, force: boolean): StateRecord | undefined {
  try {
    return directory.read();
  } catch (error) {
    if (force && error instanceof RuntimeError && error.code === 'state') return undefined;
    throw error;
  }
}
