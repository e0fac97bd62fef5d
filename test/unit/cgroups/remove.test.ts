import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitUntilEmpty } from '../../../src/cgroups/populated.ts';
import { cgroupProcesses } from '../../../src/cgroups/processes.ts';
import { removeAtOnce, removeCgroups } from '../../../src/cgroups/remove.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

test('cgroups are removed with those that the container made in them', () => {
  mkdirSync(join(base, 'web/a/b'), { recursive: true });
  mkdirSync(join(base, 'web/c'));
  const log = { debug() {}, warning() {} };
  expect(removeCgroups([join(base, 'web'), join(base, 'gone')], log)).toEqual([]);
  expect(existsSync(join(base, 'web'))).toBe(false);
});

test('what is still in use is tried for a while, and named', () => {
  const web = join(base, 'web');
  mkdirSync(web);
  writeFileSync(join(web, 'busy'), '');
  const warnings: string[] = [];
  const log = { debug() {}, warning: (message: string) => void warnings.push(message) };
  expect(removeCgroups([web], log, 20)).toEqual([web]);
  expect(warnings).toEqual([`cannot remove the cgroup "${web}"`]);
});

test('only what has nothing in it is removed at once', () => {
  mkdirSync(join(base, 'web/a'), { recursive: true });
  expect(removeAtOnce(join(base, 'web'))).toBe(false);
  expect(removeAtOnce(join(base, 'web/a'))).toBe(true);
  expect(removeAtOnce(join(base, 'web'))).toBe(true);
  expect(removeAtOnce(join(base, 'web'))).toBe(true);
});

test.each([
  ['populated 1\nfrozen 0\n', 'what has processes is waited for'],
  ['populated 0\nfrozen 0\n', 'what cannot be removed although it has none is tried again later'],
])('%j: %s', (events) => {
  writeFileSync(join(base, 'cgroup.events'), events);
  const start = performance.now();
  waitUntilEmpty([join(base, 'gone'), base], 20);
  expect(performance.now() - start).toBeGreaterThanOrEqual(19);
});

test('the processes of a container are those of its cgroup and all below, once each', () => {
  mkdirSync(join(base, 'web/inner'), { recursive: true });
  writeFileSync(join(base, 'web/cgroup.procs'), '12\n0\n');
  writeFileSync(join(base, 'web/inner/cgroup.procs'), '13\n12\n');
  expect(cgroupProcesses([join(base, 'gone'), join(base, 'web')])).toEqual([12, 13]);
  expect(cgroupProcesses([])).toEqual([]);
});
