import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readText } from '../../../src/spec/read-text.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-read-text-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('is the text, without a byte order mark', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '\uFEFF{"ä": 1}');
  expect(readText(file, 'hint')).toBe('{"ä": 1}');
});

test('what would never end is refused, and what is too much', () => {
  const fifo = join(folder, 'fifo');
  spawnSync('mkfifo', [fifo]);
  const large = join(folder, 'large');
  writeFileSync(large, '');
  truncateSync(large, 1e9);
  const directory = join(folder, 'directory');
  mkdirSync(directory);
  expect(() => readText(fifo, '')).toThrow('it is a FIFO, not a file');
  expect(() => readText('/dev/zero', '')).toThrow('it is a device, not a file');
  expect(() => readText(large, '')).toThrow('it has 1000000000 bytes');
  expect(() => readText(directory, '')).toThrow('EISDIR');
  expect(() => readText(join(folder, 'nothing'), 'make one')).toThrow('ENOENT (no such file or directory)');
});
