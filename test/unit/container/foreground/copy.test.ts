import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { copyInput, copyOutput } from '../../../../src/container/foreground/copy.ts';
import { keepLineEnds, RawMode } from '../../../../src/container/foreground/line-settings.ts';
import { Wakeup } from '../../../../src/kernel/wakeup.ts';
import { openPty } from './pty.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsrun-copy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a megabyte of output arrives complete, and ends with the last who has the terminal open', async () => {
  using pty = openPty();
  using end = new Wakeup();
  keepLineEnds(pty.master);
  const file = join(folder, 'output');
  const to = openSync(file, 'w');
  const writer = spawn('/bin/sh', ['-c', 'seq 150000'], { stdio: ['ignore', pty.slave, 'ignore'] });
  pty.closeSlave();
  expect(await copyOutput({ from: pty.master, to, end: end.fd })).toBe(true);
  closeSync(to);
  const lines = readFileSync(file, 'utf8').split('\n');
  expect([writer.pid !== undefined, lines.length, lines[149_999]]).toEqual([true, 150_001, '150000']);
});

test('what is there when it is to end is still copied, though somebody has the terminal open', async () => {
  using pty = openPty();
  using end = new Wakeup();
  const file = join(folder, 'rest');
  const to = openSync(file, 'w');
  const copied = copyOutput({ from: pty.master, to, end: end.fd });
  writeSync(pty.slave, 'last words');
  end.wake();
  expect(await copied).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('last words');
});

test('input is copied to its end, and how it ended is told', async () => {
  using pty = openPty();
  using end = new Wakeup();
  using _ = new RawMode(pty.slave);
  const file = join(folder, 'input');
  writeFileSync(file, 'words');
  const from = openSync(file, 'r');
  expect(await copyInput({ from, to: pty.master, end: end.fd })).toBe('s'.charCodeAt(0));
});

test('waiting for input can be ended', async () => {
  using terminal = openPty();
  using pty = openPty();
  using end = new Wakeup();
  const copied = copyInput({ from: terminal.slave, to: pty.master, end: end.fd });
  setTimeout(() => end.wake(), 30);
  expect(await copied).toBeUndefined();
});

test('a sink that nobody reads any more is told', async () => {
  using pty = openPty();
  using end = new Wakeup();
  writeSync(pty.slave, 'words');
  const readOnly = openSync('/dev/null', 'r');
  expect(await copyOutput({ from: pty.master, to: readOnly, end: end.fd })).toBe(false);
});
