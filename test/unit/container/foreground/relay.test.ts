import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { keepLineEnds, RawMode } from '../../../../src/container/foreground/line-settings.ts';
import { type Direction, Relay, type Sink } from '../../../../src/container/foreground/relay.ts';
import { write } from '../../../../src/kernel/calls/file.ts';
import { EAGAIN } from '../../../../src/kernel/errno.ts';
import { serve } from '../../../../src/kernel/event-loop.ts';
import { attempt } from '../../../../src/kernel/local.ts';
import { POLLIN, POLLOUT, pollBriefly } from '../../../../src/kernel/poll.ts';
import { UnblockedWriter } from '../../../../src/kernel/unblocked-writer.ts';
import { openPty } from '../../../setup/pty.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsrun-relay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sink = (fd: number): Sink => ({ fd, write: (bytes) => attempt(write(fd, bytes)) });

async function copied(direction: Direction): Promise<Relay> {
  const relay = new Relay(direction);
  await serve([relay], () => relay.isOver);
  return relay;
}

/** Takes so many bytes at a time, and never more than `room` in all. */
function reluctantSink(portion: number, room: number) {
  let text = '';
  return {
    fd: -1,
    text: () => text,
    write(bytes: Uint8Array) {
      const part = bytes.subarray(0, Math.min(portion, room - text.length));
      text += Buffer.from(part).toString();
      return part.length === 0 ? -EAGAIN : part.length;
    },
  };
}

test('a megabyte of output arrives complete, and ends with the last who has the terminal open', async () => {
  using pty = openPty();
  keepLineEnds(pty.master);
  const file = join(folder, 'output');
  const to = openSync(file, 'w');
  const writer = spawn('/bin/sh', ['-c', 'seq 150000'], { stdio: ['ignore', pty.slave, 'ignore'] });
  pty.closeSlave();
  using out = new UnblockedWriter(to);
  expect((await copied({ from: pty.master, to: out, chunks: 16 })).isRefused).toBe(false);
  closeSync(to);
  const lines = readFileSync(file, 'utf8').split('\n');
  expect([writer.pid !== undefined, lines.length, lines[149_999]]).toEqual([true, 150_001, '150000']);
});

test('drained, it copies what is there, though someone has the terminal open', () => {
  using pty = openPty();
  writeSync(pty.slave, 'last words');
  const to = reluctantSink(3, 100);
  const relay = new Relay({ from: pty.master, to, chunks: 1 });
  relay.drain();
  expect([relay.isOver, to.text()]).toEqual([true, 'last words']);
});

test('what has no room when it is drained is copied later, and then it is over', () => {
  using pty = openPty();
  writeSync(pty.slave, 'last words');
  let room = 4;
  const taken: number[] = [];
  const to = {
    fd: 77,
    write(bytes: Uint8Array) {
      const part = bytes.subarray(0, room);
      room -= part.length;
      taken.push(...part);
      return part.length === 0 ? -EAGAIN : part.length;
    },
  };
  const relay = new Relay({ from: pty.master, to, chunks: 1 });
  relay.drain();
  expect([relay.isOver, relay.interest()]).toEqual([false, { fd: 77, events: POLLOUT }]);
  room = 100;
  relay.handle();
  expect([relay.isOver, Buffer.from(taken).toString()]).toEqual([true, 'last words']);
});

test('nothing more is read before what was read is written', () => {
  using pty = openPty();
  const to = reluctantSink(10, 3);
  const relay = new Relay({ from: pty.master, to, chunks: 16 });
  expect(relay.interest()).toEqual({ fd: pty.master, events: POLLIN });
  writeSync(pty.slave, 'first');
  pollBriefly(pty.master, 1000);
  relay.handle();
  writeSync(pty.slave, 'second');
  pollBriefly(pty.master, 1000);
  relay.handle();
  const unread = Buffer.alloc(20);
  expect([to.text(), unread.toString('utf8', 0, readSync(pty.master, unread))]).toEqual(['fir', 'second']);
});

test('input is copied to its end, and closed according to its last byte', async () => {
  using pty = openPty();
  using _ = new RawMode(pty.slave);
  const file = join(folder, 'input');
  for (const [text, closing] of [
    ['words', 's'],
    ['', '\n'],
  ] as const) {
    writeFileSync(file, text);
    const from = openSync(file, 'r');
    const last = (byte: number) => Uint8Array.of(byte, byte);
    await copied({ from, to: sink(pty.master), chunks: 1, closing: last });
    closeSync(from);
    // A terminal passes on what arrives, in as many parts as it likes.
    const expected = text + closing + closing;
    const arrived = Buffer.alloc(20);
    let length = 0;
    while (length < expected.length)
      length += readSync(pty.slave, arrived, length, arrived.length - length, null);
    expect(arrived.toString('utf8', 0, length)).toBe(expected);
  }
});

test('when it is stopped, there is nothing to wait for', () => {
  using pty = openPty();
  const relay = new Relay({ from: pty.slave, to: sink(pty.master), chunks: 1 });
  relay.stop();
  expect([relay.isOver, relay.isRefused, relay.interest()]).toEqual([true, false, undefined]);
});

test('a sink that no one reads any more refuses', async () => {
  using pty = openPty();
  writeSync(pty.slave, 'words');
  const readOnly = openSync('/dev/null', 'r');
  using out = new UnblockedWriter(readOnly);
  expect((await copied({ from: pty.master, to: out, chunks: 16 })).isRefused).toBe(true);
  closeSync(readOnly);
});
