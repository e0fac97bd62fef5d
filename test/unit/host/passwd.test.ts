import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { homeDirectory, userName } from '../../../src/host/passwd.ts';

const etc = mkdtempSync(join(tmpdir(), 'tsrun-passwd-'));
writeFileSync(join(etc, 'passwd'), '# users\n+\nann:x:1000:1000:Ann, 1:/home/ann:/bin/sh\nbob:x:1001:1:::\n');
afterAll(() => rmSync(etc, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

/** A getent(1) that runs these lines of sh. */
function makeGetent(lines: string): void {
  writeFileSync(join(etc, 'getent'), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(etc, 'getent'), 0o755);
  vi.stubEnv('PATH', etc);
}

test('local users are in the file', () => {
  makeGetent('echo eve:x:1000:1000::/home/eve:/bin/sh');
  expect([userName(1000, etc), homeDirectory(1000, etc)]).toEqual(['ann', '/home/ann']);
  expect(homeDirectory(1001, etc)).toBe('');
  expect(userName(7, etc)).toBeUndefined();
});

test('others have a home that getent(1) knows', () => {
  makeGetent('test "$*" = "passwd 70000" && echo eve:x:70000:70000::/home/eve:/bin/sh');
  expect(homeDirectory(70_000, etc)).toBe('/home/eve');
});

test.each([
  ['knows nothing of the user', 'exit 2'],
  ['fails in its own words', 'echo getent: unknown database >&2; exit 1'],
  ['answers for another user', 'echo eve:x:7:7::/home/eve:/bin/sh'],
])('there is no home if getent(1) %s', (_, lines) => {
  makeGetent(lines);
  expect(homeDirectory(70_000, etc)).toBeUndefined();
});

test('nor without getent(1), nor without the file', () => {
  vi.stubEnv('PATH', '/nonexistent');
  expect(homeDirectory(70_000, '/nonexistent')).toBeUndefined();
});
