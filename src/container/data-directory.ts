/** The directory that holds an overlay's writable layer; deleted with the container. */
import { rmSync } from 'node:fs';
import type { Log } from '../log/log.ts';
import type { StateRecord } from './state-record.ts';

export function removeData(record: StateRecord, _log: Log): void {
  if (record.dataDirectory) rmSync(record.dataDirectory, { recursive: true, force: true });
}
