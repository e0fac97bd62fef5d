/** What is kept of compiled profiles, and what of it is believed. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isContainerId } from '../../../src/container/container-id.ts';
import { FilterCache } from '../../../src/seccomp/cache.ts';
import { compiledFilter } from '../../../src/seccomp/compiled.ts';
import { need } from '../../setup/needs.ts';

const program = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
let root = '';
const folder = () => join(root, '@seccomp');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsrun-unit-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('what was written for a key is read for that key alone', () => {
  const cache = new FilterCache(root);
  expect(cache.read('key')).toBeUndefined();
  cache.write('key', program);
  expect(cache.read('key')).toEqual(program);
  expect(cache.read('kez')).toBeUndefined();
});

test('a name that two keys share gives neither the program of the other', () => {
  const cache = new FilterCache(root);
  cache.write('key', program);
  const [name = ''] = readdirSync(folder());
  cache.write('other', program);
  const other = readdirSync(folder()).find((found) => found !== name) ?? '';
  rmSync(join(folder(), name));
  symlinkSync(other, join(folder(), name));
  expect(cache.read('key')).toBeUndefined();
});

test('what is cut off or empty is no program', () => {
  const cache = new FilterCache(root);
  cache.write('key', program);
  const [name = ''] = readdirSync(folder());
  for (const content of ['', 'x', '\u0008\0\0\0\0\0\0\0\u0001\u0002']) {
    writeFileSync(join(folder(), name), content);
    expect(cache.read('key')).toBeUndefined();
  }
});

test('a folder that others may write to, or that is a link, is neither believed nor written to', () => {
  const cache = new FilterCache(root);
  cache.write('key', program);
  for (const mode of [0o770, 0o707, 0o755]) {
    chmodSync(folder(), mode);
    expect(cache.read('key')).toBeUndefined();
    cache.write('more', program);
    expect(readdirSync(folder())).toHaveLength(1);
  }
  rmSync(folder(), { recursive: true });
  mkdirSync(join(root, 'elsewhere'), { mode: 0o700 });
  symlinkSync('elsewhere', folder());
  cache.write('key', program);
  expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('a folder of somebody else is not believed', () => {
  const cache = new FilterCache(root);
  cache.write('key', program);
  chownSync(folder(), 12_345, 0);
  expect(cache.read('key')).toBeUndefined();
});

test('64 programs are kept at most, and the new one always', () => {
  const cache = new FilterCache(root);
  for (let index = 0; index < 70; index++) {
    cache.write(`key ${index}`, program);
    expect(cache.read(`key ${index}`)).toBeDefined();
  }
  expect(readdirSync(folder())).toHaveLength(64);
});

test('a root that cannot be written to is no error', () => {
  expect(() => new FilterCache(join(root, 'missing')).write('key', program)).not.toThrow();
});

test('no container can have its name', () => {
  new FilterCache(root).write('key', program);
  expect(readdirSync(root).filter(isContainerId)).toEqual([]);
});

test('a profile is compiled once, and another one for itself', async (context) => {
  need(context, 'libseccomp');
  const profile = { defaultAction: 'SCMP_ACT_ALLOW' as const };
  const first = await compiledFilter(profile, root);
  first.keep?.();
  const again = await compiledFilter(
    { ...profile, listenerPath: '/x', flags: ['SECCOMP_FILTER_FLAG_LOG'] },
    root,
  );
  expect(again.keep).toBeUndefined();
  expect(Buffer.from(again.program).equals(first.program)).toBe(true);
  const syscalls = [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' as const, errnoRet: 1 }];
  expect((await compiledFilter({ ...profile, syscalls }, root)).keep).toBeDefined();
});
