/** What the directory of a container holds: its record, or why there is none. */

import type { RuntimeError } from '../../errors/runtime-error.ts';
import { decodeUtf8 } from '../../kernel/bytes.ts';
import { lstatSync } from '../../kernel/file-system.ts';
import { effectiveUid } from '../../kernel/own-process.ts';
import type { Stats } from '../../kernel/stats.ts';
import { parseJson } from '../../spec/parse-json.ts';
import { RECORD_VERSION, type StateRecord } from '../state-record.ts';
import { LOCK, RECORD, readStateFile, strangeName } from './files.ts';
import { otherRuntime } from './other-runtimes.ts';
import {
  damaged,
  madeBy,
  madeByNewer,
  notAContainer,
  notFound,
  ofAnotherUser,
  unreadable,
} from './problems.ts';
import { hasRemains } from './remains.ts';
import { unseal } from './sealed-json.ts';
import { recordProblem } from './shape.ts';

export type Found =
  | { readonly kind: 'record'; readonly record: StateRecord }
  /** Its creator was stopped before it had made anything, or it has been deleted except for its directory. */
  | { readonly kind: 'unrecorded' }
  /** @property copy of the record as it was while the container was created, if that can be read */
  | { readonly kind: 'damaged'; readonly error: RuntimeError; readonly copy: StateRecord | undefined }
  /** Another runtime's, a newer tsrun's, or no container at all: nothing in it is touched. */
  | { readonly kind: 'not ours'; readonly error: RuntimeError };

/** @param id the name of the directory @throws RuntimeError `not-found` */
export function findRecord(directory: string, id: string): Found {
  let bytes: Uint8Array;
  try {
    bytes = readStateFile(directory, RECORD);
  } catch (error) {
    return notRead(directory, id, error);
  }
  const value = sealedOrUndefined(bytes);
  const problem = value === undefined ? undefined : recordProblem(value);
  if (value === undefined || problem !== undefined) return misshapen(directory, id, bytes, problem);
  const record = value as StateRecord;
  if (record.id === id) return { kind: 'record', record };
  const why = `its record is that of the container ${record.id}, whose directory was copied or renamed`;
  return { kind: 'not ours', error: notAContainer(directory, why) };
}

function notRead(directory: string, id: string, error: unknown): Found {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return withoutRecord(directory, id);
    case 'ENOTDIR':
      return { kind: 'not ours', error: notAContainer(directory, 'it is not a directory') };
    case 'EACCES':
      return { kind: 'not ours', error: ofAnotherUser(directory, id) };
    default:
      return damagedRecord(directory, id, unreadable(error));
  }
}

/** The record as it was while the container was created. @returns undefined if it was not kept, or is damaged too */
function readCopy(directory: string, id: string): StateRecord | undefined {
  try {
    const value = unseal(readStateFile(directory, LOCK));
    if (value === undefined || recordProblem(value) !== undefined) return undefined;
    const record = value as StateRecord;
    return record.id === id ? record : undefined;
  } catch {
    return undefined;
  }
}

function sealedOrUndefined(bytes: Uint8Array): unknown {
  try {
    return unseal(bytes);
  } catch {
    return undefined; // The checksum of something that is not JSON.
  }
}

function damagedRecord(directory: string, id: string, why: string): Found {
  const copy = readCopy(directory, id);
  return { kind: 'damaged', error: damaged(directory, id, RECORD, why), copy };
}

/** @param problem with the shape of what has the right checksum */
function misshapen(directory: string, id: string, bytes: Uint8Array, problem: string | undefined): Found {
  const value = jsonOrUndefined(bytes);
  const version = versionOf(value);
  if (version !== undefined && version > RECORD_VERSION)
    return { kind: 'not ours', error: madeByNewer(directory, id, version, RECORD_VERSION) };
  const runtime = otherRuntime(directory, value);
  if (runtime) return { kind: 'not ours', error: madeBy(runtime, directory, id) };
  return damagedRecord(directory, id, problem ? `has a wrong form: ${problem}` : describe(bytes, value));
}

function describe(bytes: Uint8Array, value: unknown): string {
  if (bytes.length === 0) return 'is empty';
  return value === undefined ? 'is not JSON' : 'does not have the checksum that tsrun gave it';
}

function jsonOrUndefined(bytes: Uint8Array): unknown {
  try {
    return parseJson(decodeUtf8(bytes));
  } catch {
    return undefined;
  }
}

function versionOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
  return typeof value.version === 'number' ? value.version : undefined;
}

/** It never had a record, or has lost it. */
function withoutRecord(directory: string, id: string): Found {
  const status = lstatSync(directory);
  if (!status) throw notFound();
  const runtime = otherRuntime(directory, undefined);
  if (runtime) return { kind: 'not ours', error: madeBy(runtime, directory, id) };
  const strange = whyStrange(directory, status);
  if (strange !== undefined) return { kind: 'not ours', error: notAContainer(directory, strange) };
  const copy = readCopy(directory, id);
  if (copy && hasRemains(copy)) {
    return { kind: 'damaged', error: damaged(directory, id, RECORD, unreadable({ code: 'ENOENT' })), copy };
  }
  return { kind: 'unrecorded' };
}

/** A directory that tsrun has made belongs to its user alone and holds nothing else. @throws RuntimeError `not-found` */
function whyStrange(directory: string, status: Stats): string | undefined {
  const { mode, uid } = status;
  if (!status.isDirectory()) return 'it is not a directory';
  if (uid !== effectiveUid()) return `it belongs to uid ${uid}`;
  if ((mode & 0o077) !== 0) return `its mode is 0${(mode & 0o7777).toString(8)}, not 0700`;
  const name = strangeName(directory);
  return name === undefined ? undefined : `it has no record, and holds "${name}"`;
}
