import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  hasSuccessor,
  inodesOf,
  lostCgroups,
  ownCgroups,
  ownFreezer,
  withOwnCgroups,
} from '../../../src/container/own-cgroups.ts';
import type { StateRecord } from '../../../src/container/state-record.ts';

let folder: string;
let kept: string;
let removed: string;
let replaced: string;
let refused: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
  [kept, removed, replaced, refused] = ['kept', 'removed', 'replaced', 'refused'].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const path of [kept, removed, replaced]) mkdirSync(path);
});
afterEach(() => rmSync(folder, { recursive: true }));

function recorded(freezer = `${kept}/cgroup.freeze`): StateRecord {
  const cgroups = [kept, removed, replaced, refused];
  const record = { id: 'web', cgroups, cgroupInodes: inodesOf(cgroups, new Set([refused])), freezer };
  renameSync(removed, join(folder, 'elsewhere'));
  // A new directory may get the inode number of one that is gone, unlike a cgroup.
  renameSync(replaced, join(folder, 'elsewhere, too'));
  mkdirSync(replaced);
  return record as unknown as StateRecord;
}

test('what is gone or replaced is not its own any more; what was refused never was', () => {
  const record = recorded();
  expect(ownCgroups(record)).toEqual([kept]);
  expect(lostCgroups(record)).toEqual([removed, replaced]);
  expect(hasSuccessor(record)).toBe(true);
  expect(withOwnCgroups(record)).toEqual({ id: 'web', cgroups: [kept], freezer: `${kept}/cgroup.freeze` });
});

test('nor is the file that freezes it', () => {
  for (const path of [removed, replaced, refused]) {
    for (const one of [kept, removed, replaced]) mkdirSync(one, { recursive: true });
    const record = recorded(`${path}/freezer.state`);
    expect(ownFreezer(record)).toBeUndefined();
    expect(withOwnCgroups(record)).not.toHaveProperty('freezer');
    for (const name of ['elsewhere', 'elsewhere, too']) rmSync(join(folder, name), { recursive: true });
  }
});

test('of a container that was not finished, all that is there is its own', () => {
  const { cgroupInodes, ...record } = recorded();
  expect(ownCgroups(record)).toEqual([kept, replaced]);
  expect(lostCgroups(record)).toEqual([]);
  expect(hasSuccessor(record)).toBe(false);
});
