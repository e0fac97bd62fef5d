import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOfInput, keepLineEnds, RawMode } from '../../../../src/container/foreground/line-settings.ts';
import { copyWindowSize } from '../../../../src/container/foreground/window-size.ts';
import { isTerminal } from '../../../../src/kernel/is-terminal.ts';
import { openPty } from '../../../setup/pty.ts';

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

test('they also come back when the process ends in the middle', () => {
  using pty = openPty();
  const before = stty(pty.slave, '-g');
  const from = (file: string) => JSON.stringify(join(import.meta.dirname, '../../../../src', file));
  const code = `
    import { RawMode } from ${from('container/foreground/line-settings.ts')};
    import { endProcess } from ${from('kernel/end-process.ts')};
    new RawMode(0);
    import { execFileSync } from 'node:child_process';
    execFileSync('stty', ['-g'], { stdio: ['inherit', 2, 'ignore'] });
    endProcess(7);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    stdio: [pty.slave, 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  expect(child.status).toBe(7);
  expect(child.stderr.trim()).not.toBe(before);
  expect(stty(pty.slave, '-g')).toBe(before);
});

test('line ends can be left alone', () => {
  using pty = openPty();
  keepLineEnds(pty.master);
  expect(stty(pty.slave, '-a')).toContain('-onlcr');
});

test('the end of input is the one that is set', () => {
  using pty = openPty();
  expect(endOfInput(pty.master)).toBe(4);
  stty(pty.slave, 'eof', '^X');
  expect(endOfInput(pty.master)).toBe(24);
});

test("a window's size is passed on; what is no terminal has none", () => {
  using caller = openPty();
  using pty = openPty();
  stty(caller.slave, 'rows', '33', 'cols', '101');
  copyWindowSize(caller.slave, pty.master);
  expect(stty(pty.slave, 'size')).toBe('33 101');
  expect([isTerminal(pty.slave), isTerminal(9999)]).toEqual([true, false]);
});
