/** The subordinate ids of a user, for `spec --subids`: subuid(5), subgid(5). */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { IdRange } from '../spec/generate.ts';
import { decimal } from './convert.ts';

export type SubordinateFile = '/etc/subuid' | '/etc/subgid';

/**
 * The first range that the file gives the user, whether it names them or gives their number.
 *
 * @throws RuntimeError `rootless` when there is none
 */
export function subordinateRange(file: SubordinateFile, uid: number): IdRange {
  const owners = [...userName(), String(uid)];
  for (const line of readLines(file)) {
    const [owner = '', start = '', size = ''] = line.trim().split(':');
    const range = { start: decimal(start) ?? 0, size: decimal(size) ?? 0 };
    if (owners.includes(owner) && range.start > 0 && range.size > 0) return range;
  }
  const option = file === '/etc/subuid' ? '--add-subuids' : '--add-subgids';
  throw new RuntimeError('rootless', `${file} has no range for ${owners[0]}`, {
    file,
    hint: `as root: usermod ${option} 100000-165535 ${owners[0]}; or leave --subids out`,
  });
}

function userName(): string[] {
  try {
    return [userInfo().username];
  } catch {
    return []; // A uid that nobody named.
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
