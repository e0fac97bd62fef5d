/** `delete`: removes a stopped container, or with `--force` any. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { checkContainerId } from './container-id.ts';
import { destroy } from './destroy.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { statusOf } from './status.ts';

/** @throws RuntimeError `not-found` (not with force), `state` */
export async function remove(
  runtime: Runtime,
  id: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  if (!lock(directory, force)) return;
  const record = readRecord(directory, force);
  const status = record && statusOf(record, directory);
  if (!force && status !== undefined && status !== 'stopped' && status !== 'created') {
    throw new RuntimeError('state', `cannot delete container ${id} that is not stopped: ${status}`, {
      hint: `tsrun kill ${id} KILL, or tsrun delete --force ${id}`,
    });
  }
  await destroy(record, directory, runtime.log);
}

/** @returns false where there is nothing to delete by force, or somebody else just did it */
function lock(directory: StateDirectory, force: boolean): boolean {
  try {
    directory.lock();
    return true;
  } catch (error) {
    if (force && error instanceof RuntimeError && error.code === 'not-found') return false;
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
