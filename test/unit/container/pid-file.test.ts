import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePidFile } from '../../../src/container/pid-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-pid-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('holds the number alone, also where one was before', () => {
  const path = join(folder, 'pid');
  for (const pid of [123456, 7]) {
    writePidFile(path, pid);
    expect(readFileSync(path, 'utf8')).toBe(String(pid));
  }
});

test('links that somebody has put in its place are replaced, not followed', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  for (const name of ['pid', '.pid']) symlinkSync(victim, join(folder, name));
  writePidFile(join(folder, 'pid'), 7);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(lstatSync(join(folder, 'pid')).isFile()).toBe(true);
  expect(existsSync(join(folder, '.pid'))).toBe(false);
});

test('what cannot be written leaves nothing', () => {
  const path = join(folder, 'directory');
  mkdirSync(path);
  expect(() => writePidFile(path, 7)).toThrow(`cannot write the pid file "${path}"`);
  expect(() => writePidFile(join(folder, 'no/such'), 7)).toThrow('cannot write the pid file');
  expect(readdirSync(folder)).toEqual(['directory']);
});
