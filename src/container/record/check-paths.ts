/**
 * Whether what a record names may be removed: a record that was tampered with, or belongs to another machine, must not
 * lead `delete` to directories that are no container's.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { hostCgroups } from '../../host/cgroups.ts';
import { readdirSync, statSync } from '../../kernel/file-system.ts';
import { basename, dirname, join } from '../../kernel/path.ts';
import type { StateRecord } from '../state-record.ts';

/** file-hierarchy(7): mounted there, or nowhere. */
const CGROUPS = '/sys/fs/cgroup';
/** Of an overlay's layer. */
const LAYER = ['upper', 'work'];

/**
 * Groups of resctrl are not looked at: a directory with an empty `tasks` in it can be removed nowhere else.
 *
 * @throws RuntimeError `state`; nothing has been done then
 */
export function checkPaths(record: StateRecord): void {
  const { id, cgroups, freezer, dataDirectory } = record;
  const strange = cgroups.find((path) => !isCgroup(path));
  if (strange !== undefined) throw refusal(id, strange, 'is not below a mount of cgroups');
  if (freezer !== undefined && !cgroups.includes(dirname(freezer)))
    throw refusal(id, freezer, "is not in the container's cgroup");
  if (dataDirectory !== undefined) checkLayer(id, dataDirectory);
}

function isCgroup(path: string): boolean {
  return isBelow(path, CGROUPS) || hostCgroups().some(({ mountPoint }) => isBelow(path, mountPoint));
}

function isBelow(path: string, mountPoint: string): boolean {
  return path.startsWith(`${mountPoint}/`) && path.length > mountPoint.length + 1;
}

/** The name says of which root and container it is; it holds nothing but a layer. See `rootfs/overlay/data-directory.ts`. */
function checkLayer(id: string, path: string): void {
  if (basename(path) !== id || !/^[0-9a-f]{16}$/.test(basename(dirname(path))))
    throw refusal(id, path, 'does not have the name of a writable layer of this container');
  if (statSync(path) === undefined) return;
  const other = readdirSync(path).find((name) => !LAYER.includes(name));
  if (other !== undefined) throw refusal(id, join(path, other), 'does not belong to a writable layer');
}

function refusal(id: string, path: string, why: string): RuntimeError {
  const message = `nothing of container ${id} was removed: its record names "${path}", which ${why}`;
  return new RuntimeError('state', message, {
    hint: 'was the record edited? docs/state.md says how to remove a container by hand',
  });
}
