/** What is in a directory that is copied: looked at by descriptor, a few entries at a time. */

import type { CallRunner } from '../../init/call-runner.ts';
import { concatBytes } from '../../kernel/bytes.ts';
import { readlinkat, statx } from '../../kernel/calls/file.ts';
import { AT_SYMLINK_NOFOLLOW, S_IFLNK, S_IFMT } from '../../kernel/constants/file.ts';
import { ENOENT } from '../../kernel/errno.ts';
import { decodeStatx, type Status } from '../../kernel/statx.ts';
import type { Failed } from './failure.ts';

export interface Entry {
  /** With a NUL. */
  readonly name: Uint8Array;
  readonly status: Status;
  /** Of a symlink, with a NUL. */
  readonly target?: Uint8Array;
}

export type Fail = (failed: Failed) => Error;

const LONGEST_TARGET = 4096;

/** @returns an entry for each name, undefined for one that is gone */
export function lookAt(
  runner: CallRunner,
  directory: number,
  names: readonly Uint8Array[],
  fail: Fail,
): readonly (Entry | undefined)[] {
  const looks = names.map((name) => statx(directory, name, AT_SYMLINK_NOFOLLOW));
  const results = runner.run(looks);
  const entries = looks.map((look, index): Entry | undefined => {
    const result = results[index] as number;
    const name = names[index] as Uint8Array;
    if (result === -ENOENT) return undefined;
    if (result < 0) throw fail({ call: look, errno: -result, name, size: 0n });
    return { name, status: decodeStatx(runner.bytes(look)) };
  });
  return entries.some((entry) => entry && isLink(entry)) ? withTargets(runner, directory, entries) : entries;
}

function isLink({ status }: Entry): boolean {
  return (status.mode & S_IFMT) === S_IFLNK;
}

/** Only of symlinks: the memory for a target travels with the call. */
function withTargets(
  runner: CallRunner,
  directory: number,
  entries: readonly (Entry | undefined)[],
): readonly (Entry | undefined)[] {
  const reads = entries.map((entry) =>
    entry && isLink(entry) ? readlinkat(directory, entry.name, room(entry)) : undefined,
  );
  const calls = reads.filter((read) => read !== undefined);
  const lengths = new Map(runner.run(calls).map((length, index) => [calls[index], length]));
  return entries.map((entry, index) => {
    const read = reads[index];
    if (!entry || !read) return entry;
    const length = lengths.get(read) ?? 0;
    // Replaced meanwhile by something that is not a symlink.
    if (length < 0) return undefined;
    const target = concatBytes([runner.bytes(read).subarray(0, length), new Uint8Array(1)]);
    return { ...entry, target };
  });
}

function room({ status: { size } }: Entry): number {
  return size > 0n && size < LONGEST_TARGET ? Number(size) : LONGEST_TARGET;
}
