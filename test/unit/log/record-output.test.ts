import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordOutput } from '../../../src/log/record-output.ts';

const warnings: string[] = [];
vi.mock('../../../src/log/standard-error.ts', () => ({
  writeToStderr() {},
  printWarning: ({ message }: { message: string }) => void warnings.push(message),
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsrun-log-'));
  warnings.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Both ends of a FIFO, which do not block. */
function openFifo(): { reader: number; writer: number } {
  const path = join(folder, 'fifo');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

test('a full disk is reported once', () => {
  const fd = openSync('/dev/full', 'w');
  const write = recordOutput(fd, '/dev/full');
  for (let count = 0; count < 3; count += 1) write('a record\n');
  closeSync(fd);
  expect(warnings).toEqual(['cannot write the log "/dev/full": write: ENOSPC (no space left on device)']);
});

test('so is a reader that is gone', () => {
  const { reader, writer } = openFifo();
  const write = recordOutput(writer, 'fifo');
  closeSync(reader);
  write('a record\n');
  write('a record\n');
  closeSync(writer);
  expect(warnings).toEqual([expect.stringMatching(/^cannot write the log "fifo": write: EPIPE /)]);
});

test('a full pipe is waited for once, and takes records again when there is room', () => {
  const { reader, writer } = openFifo();
  const write = recordOutput(writer, 'fifo');
  const begin = performance.now();
  write('x'.repeat(70_000));
  const waited = performance.now() - begin;
  expect(waited).toBeGreaterThan(900);
  for (let count = 0; count < 100; count += 1) write('lost\n');
  expect(performance.now() - begin - waited).toBeLessThan(900);
  expect(readSync(reader, Buffer.alloc(65_536))).toBe(65_536);
  write('again\n');
  const rest = Buffer.alloc(100);
  expect(rest.subarray(0, readSync(reader, rest)).toString()).toBe('again\n');
  for (const fd of [reader, writer]) closeSync(fd);
  expect(warnings).toEqual([expect.stringMatching(/^cannot write the log "fifo": write: EAGAIN /)]);
});
