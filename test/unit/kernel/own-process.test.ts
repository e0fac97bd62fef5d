/** Beside what Node says of the test's own process, and of a child's. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as own from '../../../src/kernel/own-process.ts';

test('ids', () => {
  expect([own.realUid(), own.effectiveUid()]).toEqual([process.getuid?.(), process.geteuid?.()]);
  expect([own.realGid(), own.effectiveGid()]).toEqual([process.getgid?.(), process.getegid?.()]);
  expect(own.ownPid()).toBe(process.pid);
});

test('supplementary groups, of root with several and without any', (context) => {
  context.skip(process.getuid?.() !== 0, 'only root sets groups');
  for (const groups of [[3, 70_000, 5], []]) {
    const code = `process.setgroups(${JSON.stringify(groups)}); print(own.supplementaryGroups())`;
    expect(inChild(code).toSorted()).toEqual(groups.toSorted());
  }
});

test('the umask is what was set last', () => {
  expect(inChild('const before = own.setUmask(0o27); print([own.setUmask(before) , before])')).toEqual([
    0o27,
    process.umask(),
  ]);
});

test('the working directory, also with a name that is not ASCII', () => {
  expect(own.workingDirectory()).toBe(process.cwd());
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-cwd-ü-'));
  expect(inChild('print(own.workingDirectory())', directory)).toBe(directory);
  rmdirSync(directory);
});

test('a working directory that was deleted is none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-cwd-'));
  const code = `require('node:fs').rmdirSync(${JSON.stringify(directory)});
    let error; try { path.resolve('x') } catch (thrown) { error = thrown.message }
    print([own.workingDirectory() === undefined, error])`;
  expect(inChild(code, directory)).toEqual([true, 'the working directory does not exist']);
});

test('arguments and environment', () => {
  const code = 'print([own.ownArguments(), own.ownEnvironment().filter((entry) => /^[AB]=/.test(entry))])';
  expect(inChild(code, undefined, { A: '1=2', B: '' })).toEqual([
    ['x', '-y'],
    ['A=1=2', 'B='],
  ]);
});

/** @returns what the code prints, as JSON */
function inChild(code: string, cwd?: string, env: Record<string, string> = {}) {
  const [own, path] = ['own-process', 'path'].map((name) =>
    join(import.meta.dirname, `../../../src/kernel/${name}.ts`),
  );
  const program = `const own = require(${JSON.stringify(own)}), path = require(${JSON.stringify(path)});
    const print = (value) => console.log(JSON.stringify(value));\n${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, 'tsrun', 'x', '-y'], {
    cwd,
    env,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}
