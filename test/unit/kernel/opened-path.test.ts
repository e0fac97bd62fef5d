import { mkdtempSync, realpathSync, rmSync, statfsSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { filesystemType, realPath } from '../../../src/kernel/opened-path.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tsrun-opened-')));
afterAll(() => rmSync(directory, { recursive: true }));

test('a path without symbolic links', () => {
  symlinkSync('.', join(directory, 'link'));
  expect(realPath(join(directory, 'link/link/'))).toBe(directory);
  expect(() => realPath(join(directory, 'missing'))).toThrow(/^ENOENT: no such file or directory, open/);
});

test.each(['/', '/proc', '/dev/shm'])('the type of the filesystem of %s', (path) => {
  expect(filesystemType(path)).toBe(statfsSync(path).type);
});
