import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkStateRoot, makeStateRoot } from '../../../src/container/state-root.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-state-root-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('is made for its owner alone, and found again', () => {
  const path = join(folder, 'a/b');
  expect(checkStateRoot(path)).toBe(false);
  makeStateRoot(path);
  expect((statSync(path).mode & 0o7777).toString(8)).toBe('1700');
  expect(checkStateRoot(path)).toBe(true);
});

test.for([0o1777, 0o770, 0o702])('is refused with mode %o', (mode) => {
  const path = join(folder, mode.toString(8));
  mkdirSync(path);
  chmodSync(path, mode);
  for (const check of [checkStateRoot, makeStateRoot]) expect(() => check(path)).toThrow('by others');
});
