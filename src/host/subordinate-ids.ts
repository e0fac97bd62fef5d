/**
 * The ids that root has given to an ordinary user, subuid(5) and subgid(5), and the helpers that map them,
 * newuidmap(1) and newgidmap(1).
 */

import { hasFileCapabilities } from '../kernel/file-capabilities.ts';
import { isExecutable, readFileSync, statSync } from '../kernel/file-system.ts';
import { callerEnvironment } from './caller.ts';
import { userName } from './passwd.ts';

export interface IdRange {
  readonly start: number;
  readonly size: number;
}

export type SubordinateFile = 'subuid' | 'subgid';

/** The ranges of a user, in the file's order; an entry names the user or gives their uid (in both files). */
export function subordinateRanges(file: SubordinateFile, uid: number, etc = '/etc'): readonly IdRange[] {
  const owners = [userName(uid, etc), String(uid)];
  return entries(file, etc)
    .filter(({ owner }) => owners.includes(owner))
    .map(({ range }) => range);
}

/** Where useradd(8) begins, and how many ids it gives. */
const FIRST = 100000;
const SIZE = 65536;
/** (uint32)-1 is not an id. */
const END = 0xffff_ffff;

/**
 * A range for hints, of ids that belong to nobody else: neither as subordinate uids or gids, nor as those of a user or
 * group of their own.
 *
 * @returns undefined if there is none
 */
export function freeRange(etc = '/etc'): IdRange | undefined {
  let start = FIRST;
  for (const taken of takenRanges(etc).toSorted((a, b) => a.start - b.start)) {
    if (taken.start >= start + SIZE) break;
    start = Math.max(start, taken.start + taken.size);
  }
  return start + SIZE <= END ? { start, size: SIZE } : undefined;
}

function takenRanges(etc: string): IdRange[] {
  const subordinate = [...entries('subuid', etc), ...entries('subgid', etc)].map(({ range }) => range);
  const lines = [...readLines(`${etc}/passwd`), ...readLines(`${etc}/group`)].map((line) => line.split(':'));
  // passwd(5): name, password, uid, gid; group(5): name, password, gid, members.
  const ids = lines.flatMap(([, , id, gid]) => [id, gid]).filter(isDecimal);
  return [...subordinate, ...ids.map((id) => ({ start: Number(id), size: 1 }))];
}

interface Entry {
  readonly owner: string;
  readonly range: IdRange;
}

function entries(file: SubordinateFile, etc: string): readonly Entry[] {
  return readLines(`${etc}/${file}`).flatMap((line) => {
    const [owner, start, size] = line.split(':').map((field) => field.trim());
    if (!owner || owner.startsWith('#') || !isDecimal(start) || !isDecimal(size)) return [];
    const range = { start: Number(start), size: Number(size) };
    return range.size > 0 ? [{ owner, range }] : [];
  });
}

function isDecimal(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text);
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

export type IdMapHelperName = 'newuidmap' | 'newgidmap';

export interface IdMapHelper {
  readonly path: string;
  /** It is setuid root or has file capabilities; without, it can map nothing. */
  readonly privileged: boolean;
}

/** Where distributions have them; engines call us without a PATH. */
const DIRECTORIES = ['/usr/bin', '/bin', '/usr/local/bin', '/run/wrappers/bin'];

/** The helper in the usual directories, else in the caller's PATH; one without privileges only for want of better. */
export function findIdMapHelper(
  name: IdMapHelperName,
  directories: readonly string[] = DIRECTORIES,
  path: () => string = () => callerEnvironment().PATH ?? '',
): IdMapHelper | undefined {
  const usual = search(name, directories);
  if (usual?.privileged) return usual;
  const other = search(name, absoluteEntries(path()));
  return other?.privileged ? other : (usual ?? other);
}

/** The current directory is nothing that a helper is taken from. */
function absoluteEntries(path: string): readonly string[] {
  return path.split(':').filter((directory) => directory.startsWith('/'));
}

function search(name: IdMapHelperName, directories: readonly string[]): IdMapHelper | undefined {
  let unprivileged: IdMapHelper | undefined;
  for (const directory of directories) {
    const helper = inspect(`${directory}/${name}`);
    if (helper?.privileged) return helper;
    unprivileged ??= helper;
  }
  return unprivileged;
}

function inspect(path: string): IdMapHelper | undefined {
  if (!isExecutable(path) || !statSync(path)?.isFile()) return undefined;
  return { path, privileged: givesPrivileges(path) };
}

/** Whether executing the file gives privileges: it is setuid root or has file capabilities. */
export function givesPrivileges(path: string): boolean {
  const found = statSync(path);
  return (found?.uid === 0 && (found.mode & 0o4000) !== 0) || hasFileCapabilities(path);
}
