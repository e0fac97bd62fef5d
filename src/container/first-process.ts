/**
 * The first process of a container: opened once by each command and verified against the record. Whatever is asked of
 * it or sent to it then goes by this descriptor, since the pid may become another process's at any time.
 */
import { freezer, isVersion1Freezer } from '../cgroups/freezer.ts';
import {
  type IdentifiedProcess,
  isOfOtherBoot,
  isOfOtherNamespace,
  openIdentified,
  type ProcessIdentity,
} from '../host/process-identity.ts';
import { existsSync } from '../kernel/file-system.ts';
import { join } from '../kernel/path.ts';
import { findByInode, findFromOutside } from './other-namespace.ts';
import { ownFreezer } from './own-cgroups.ts';
import { INIT_SOCKET, START_FIFO } from './record/files.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

/**
 * @returns undefined if it has ended
 * @throws RuntimeError `state` if that cannot be found out
 */
export function openFirstProcess(record: StateRecord): IdentifiedProcess | undefined {
  if (record.pid === 0) return undefined;
  if (!isOfOtherNamespace(record)) return openIdentified(record);
  return isOfOtherBoot(record) ? undefined : findFromOutside(record);
}

/** The same, of a container whose creator has come to the end: of another, it is not known yet. */
export function openOnceCreated(record: StateRecord | undefined): IdentifiedProcess | undefined {
  return record?.phase === 'created' ? openFirstProcess(record) : undefined;
}

/** A process of the runtime that lives as long as the container. @returns undefined if it has ended */
export function openHelper(helper: ProcessIdentity): IdentifiedProcess | undefined {
  return isOfOtherNamespace(helper) ? findByInode(helper) : openIdentified(helper);
}

/** Whether it executes the user's program. */
export function hasExecuted({ status }: IdentifiedProcess, directory: StateDirectory): boolean {
  // What `start` removes says it if /proc does not.
  return (
    status?.hasExecuted ?? ![INIT_SOCKET, START_FIFO].some((name) => existsSync(join(directory.path, name)))
  );
}

/** Only a process that is blocked is asked after if version 1 freezes: in most cases nothing has to be read. */
export function isPaused(record: StateRecord, { status }: IdentifiedProcess): boolean {
  if (record.freezer === undefined) return false;
  // The other threads of a zombie, and a process that is not shown, may be blocked as well.
  const mayBeBlocked = status === undefined || status.isBlocked || status.isZombie;
  if (isVersion1Freezer(record.freezer) && !mayBeBlocked) return false;
  const file = ownFreezer(record);
  return file !== undefined && freezer(file).isFrozen();
}
