import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RawMode } from '../../../src/container/foreground/line-settings.ts';
import { fcntl, pipe2 } from '../../../src/kernel/calls/file.ts';
import { ownLimit, prlimit64 } from '../../../src/kernel/calls/process.ts';
import { socketpair } from '../../../src/kernel/calls/socket.ts';
import { F_GETFL, F_SETFL, O_NONBLOCK, O_RDWR } from '../../../src/kernel/constants/file.ts';
import { SOCK_STREAM } from '../../../src/kernel/constants/process.ts';
import { EAGAIN, EBADF, EPIPE } from '../../../src/kernel/errno.ts';
import { attempt, perform, performForBytes } from '../../../src/kernel/local.ts';
import { UnblockedWriter } from '../../../src/kernel/unblocked-writer.ts';
import { openPty } from '../../setup/pty.ts';

const RLIMIT_NOFILE = 7;

const folder = mkdtempSync(join(tmpdir(), 'tsrun-writer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Channel extends Disposable {
  readonly reader: number;
  readonly writer: number;
}

function channel(pair: ReturnType<typeof pipe2>): Channel {
  const [reader = -1, writer = -1] = new Int32Array(performForBytes(pair).slice().buffer);
  const open = new Set([reader, writer]);
  return { reader, writer, [Symbol.dispose]: () => [...open].forEach(closeSync) };
}

/** Writes until there is no room. @returns how much it was */
function fill(writer: UnblockedWriter, portion = 1000): number {
  for (let total = 0; ; ) {
    const written = writer.write(new Uint8Array(portion).fill(0x78));
    if (written === -EAGAIN) return total;
    expect(written).toBeGreaterThan(0);
    total += written;
  }
}

const kinds = {
  'a pipe': () => channel(pipe2()),
  'a socket': () => channel(socketpair(SOCK_STREAM)),
  'a terminal': () => {
    const pty = openPty();
    return { reader: pty.master, writer: pty.slave, [Symbol.dispose]: () => pty[Symbol.dispose]() };
  },
} satisfies Record<string, () => Channel>;

/** As for a pipe or a terminal of someone else: it may not be opened once more. */
function withoutOpening(fd: number): UnblockedWriter {
  const { buffer } = performForBytes(ownLimit(RLIMIT_NOFILE)).slice();
  const [soft = 0n, hard = 0n] = new BigUint64Array(buffer);
  perform(prlimit64(0, RLIMIT_NOFILE, 3n, hard));
  try {
    return new UnblockedWriter(fd);
  } finally {
    perform(prlimit64(0, RLIMIT_NOFILE, soft, hard));
  }
}

const ways = Object.entries(kinds).flatMap(([name, open]) => [
  [name, open, (fd: number) => new UnblockedWriter(fd)] as const,
  [`${name} of someone else`, open, withoutOpening] as const,
]);

test.each(ways)('%s that is full is not waited for, nor changed', (name, open, make) => {
  using ends = open();
  const flags = attempt(fcntl(ends.writer, F_GETFL, 0));
  using writer = make(ends.writer);
  expect(writer.fd !== ends.writer).toBe(!name.includes('socket') && make !== withoutOpening);
  const size = fill(writer);
  expect(size).toBeGreaterThan(4000);
  for (let left = size; left > 0; ) left -= readSync(ends.reader, Buffer.alloc(left));
  expect(fill(writer)).toBeGreaterThan(0);
  expect(attempt(fcntl(ends.writer, F_GETFL, 0))).toBe(flags);
  expect(flags & O_NONBLOCK).toBe(0);
});

test('the master of a terminal is not opened once more, and is not waited for either', () => {
  using pty = openPty();
  using _ = new RawMode(pty.slave);
  attempt(fcntl(pty.master, F_SETFL, O_RDWR));
  using writer = new UnblockedWriter(pty.master);
  expect(writer.fd).toBe(pty.master);
  expect(fill(writer)).toBeGreaterThan(100);
});

test('a file is written at its own position', () => {
  const file = join(folder, 'file');
  const fd = openSync(file, 'a');
  using first = new UnblockedWriter(fd);
  first.write(Buffer.from('one '));
  using second = new UnblockedWriter(fd);
  second.write(Buffer.from('two'));
  closeSync(fd);
  expect(readFileSync(file, 'utf8')).toBe('one two');
});

test('what is open for reading only, or closed, stays so', () => {
  using ends = channel(pipe2());
  using reader = new UnblockedWriter(ends.reader);
  expect(reader.write(Uint8Array.of(1))).toBe(-EBADF);
  using closed = new UnblockedWriter(99_999);
  expect(closed.write(Uint8Array.of(1))).toBe(-EBADF);
});

test('a reader that has gone is an error', () => {
  const [reader = -1, fd = -1] = new Int32Array(performForBytes(pipe2()).slice().buffer);
  closeSync(reader);
  using writer = new UnblockedWriter(fd);
  expect(writer.write(Uint8Array.of(1))).toBe(-EPIPE);
  closeSync(fd);
});
