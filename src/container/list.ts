/** `list`: the containers of one root. One that cannot be read does not hide the others. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { userName } from '../host/passwd.ts';
import { subdirectoriesSync } from '../kernel/file-system.ts';
import { effectiveUid } from '../kernel/own-process.ts';
import { isContainerId } from './container-id.ts';
import type { Runtime } from './runtime.ts';
import { type ContainerState, stateOf } from './state.ts';
import { StateDirectory } from './state-directory.ts';
import { checkStateRoot } from './state-root.ts';

/** Of a directory that holds no container that this tsrun can read. */
export interface Unlisted {
  readonly id: string;
  readonly error: string;
  /** A container of ours that is damaged, and not another runtime's. */
  readonly isOurs: boolean;
}

/** @throws RuntimeError `usage` where the root was asked for and is not there */
export function list(runtime: Runtime): (ContainerState | Unlisted)[] {
  return names(runtime).flatMap((id) => {
    try {
      return [listed(new StateDirectory(runtime.root, id))];
    } catch (error) {
      // Deleted since the names were read.
      if (error instanceof RuntimeError && error.code === 'not-found') return [];
      return [{ id, error: error instanceof Error ? error.message : String(error), isOurs: true }];
    }
  });
}

function listed(directory: StateDirectory): ContainerState | Unlisted {
  const { id } = directory;
  const found = directory.find();
  if (found.kind === 'damaged' || found.kind === 'not ours')
    return { id, error: withHint(found.error), isOurs: found.kind === 'damaged' };
  const record = found.kind === 'record' ? found.record : undefined;
  const owner = ownerName(record?.ownerUid ?? effectiveUid());
  return { ...stateOf(id, record, directory), owner };
}

function withHint({ message, details }: RuntimeError): string {
  return details.hint === undefined ? message : `${message}\n  hint: ${details.hint}`;
}

function names({ root, rootIsDefault }: Runtime): string[] {
  checkStateRoot(root);
  try {
    // What all containers share has a name that cannot be an id.
    return subdirectoriesSync(root).filter(isContainerId).sort();
  } catch (error) {
    if (rootIsDefault && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new RuntimeError('usage', `cannot list the containers in "${root}"`, { cause: error });
  }
}

/** From passwd(5); `#UID` if it has no name there, as runc prints it. */
function ownerName(uid: number): string {
  return userName(uid) ?? `#${uid}`;
}
