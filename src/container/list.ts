/** `list`: the containers of one root. One that cannot be read does not hide the others. */
import { readdirSync, readFileSync } from 'node:fs';
import { RuntimeError } from '../errors/runtime-error.ts';
import { isContainerId } from './container-id.ts';
import type { Runtime } from './runtime.ts';
import { type ContainerState, stateOf } from './state.ts';
import { StateDirectory } from './state-directory.ts';
import { checkStateRoot } from './state-root.ts';

/** @throws RuntimeError `usage` where the root was asked for and is not there */
export function list(runtime: Runtime): (ContainerState | { readonly id: string; readonly error: string })[] {
  return names(runtime).map((id) => {
    try {
      const directory = new StateDirectory(runtime.root, id);
      const record = directory.read();
      const owner = userName(record?.ownerUid ?? process.geteuid?.() ?? 0);
      return { ...stateOf(id, record, directory), owner };
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) };
    }
  });
}

function names({ root, rootIsDefault }: Runtime): string[] {
  checkStateRoot(root);
  try {
    const entries = readdirSync(root, { withFileTypes: true });
    return (
      entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        // What is kept for all of them has a name that is no id.
        .filter(isContainerId)
        .sort()
    );
  } catch (error) {
    if (rootIsDefault && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RuntimeError('usage', `cannot list the containers in "${root}"`, { cause: error });
  }
}

/** From passwd(5); `#UID` where it has no name there, as runc prints it. */
function userName(uid: number): string {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  return lines.find((line) => line.split(':')[2] === String(uid))?.split(':')[0] ?? `#${uid}`;
}
