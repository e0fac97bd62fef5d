/** `state`: what the OCI runtime spec (runtime.md, State) and engines want to know of a container. */
import { checkContainerId } from './container-id.ts';
import { openOnceCreated } from './first-process.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';

export interface ContainerState {
  readonly ociVersion: string;
  readonly id: string;
  /** 0 when stopped. */
  readonly pid: number;
  readonly status: Status;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of who created it; `list` alone looks it up. */
  readonly owner: string;
}

/** @throws RuntimeError `not-found` */
export function state(runtime: Runtime, id: string): ContainerState {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  return stateOf(id, directory.read(), directory);
}

export function stateOf(
  id: string,
  record: StateRecord | undefined,
  directory: StateDirectory,
): ContainerState {
  using first = openOnceCreated(record);
  const status = statusWith(first, record, directory);
  return record ? stateAs(record, status, first?.pid) : unrecorded(id, status);
}

/**
 * What is known of a container, with a status.
 *
 * @param pid of its first process, as we see it
 */
export function stateAs(record: StateRecord, status: Status, pid = record.pid): ContainerState {
  return {
    ociVersion: record.ociVersion,
    id: record.id,
    pid: status === 'stopped' ? 0 : pid,
    status,
    bundle: record.bundle,
    rootfs: record.rootfs,
    created: record.created,
    ...(record.annotations ? { annotations: record.annotations } : {}),
    owner: '',
  };
}

/** Its creator was stopped, or has just begun. */
function unrecorded(id: string, status: Status): ContainerState {
  const nothing = { bundle: '', rootfs: '', created: '', owner: '' };
  return { ociVersion: '1.3.0', id, pid: 0, status, ...nothing };
}
