import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  endOfInput,
  isTerminal,
  keepLineEnds,
  RawMode,
} from '../../../../src/container/foreground/line-settings.ts';
import { copyWindowSize } from '../../../../src/container/foreground/window-size.ts';
import { openPty } from './pty.ts';

function stty(fd: number, ...args: string[]): string {
  return spawnSync('stty', args, { stdio: [fd, 'pipe', 'inherit'], encoding: 'utf8' }).stdout.trim();
}

test('raw mode switches off all that edits lines, and the settings come back', () => {
  using pty = openPty();
  const before = stty(pty.slave, '-g');
  const raw = new RawMode(pty.slave);
  const off = ['-icanon', '-isig', '-echo', '-iexten', '-opost', '-icrnl', '-ixon'];
  const words = stty(pty.slave, '-a').split(/\s+/);
  expect(words).toEqual(expect.arrayContaining(off));
  raw[Symbol.dispose]();
  expect(stty(pty.slave, '-g')).toBe(before);
});

test('line ends can be left alone', () => {
  using pty = openPty();
  keepLineEnds(pty.master);
  expect(stty(pty.slave, '-a')).toContain('-onlcr');
});

test('the end of input is the one that is set', () => {
  using pty = openPty();
  expect([...endOfInput(pty.master)]).toEqual([4]);
  stty(pty.slave, 'eof', '^X');
  expect([...endOfInput(pty.master)]).toEqual([24]);
});

test("a window's size is passed on; what is no terminal has none", () => {
  using caller = openPty();
  using pty = openPty();
  stty(caller.slave, 'rows', '33', 'cols', '101');
  copyWindowSize(caller.slave, pty.master);
  expect(stty(pty.slave, 'size')).toBe('33 101');
  expect([isTerminal(pty.slave), isTerminal(9999)]).toEqual([true, false]);
});
