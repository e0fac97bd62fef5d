/** Harmless calls, made for real in the test's process. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { call, ignoreErrors, type Out, tolerate } from '../../../src/kernel/call.ts';
import {
  close,
  getcwd,
  mkdirat,
  openat,
  pipe2,
  read,
  statx,
  symlinkat,
  write,
} from '../../../src/kernel/calls/file.ts';
import { connect } from '../../../src/kernel/calls/socket.ts';
import { AT_FDCWD, O_CREAT, O_PATH, O_RDONLY, O_WRONLY } from '../../../src/kernel/constants/file.ts';
import { EBADF, EEXIST, ENOENT } from '../../../src/kernel/errno.ts';
import { attempt, isTolerated, perform, performForBytes } from '../../../src/kernel/local.ts';
import { decodeStatx } from '../../../src/kernel/statx.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsrun-local-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('the local executor', () => {
  test('returns the result of the system call', () => {
    expect(attempt(call('getpid'))).toBe(process.pid);
  });

  test('returns an error as a negative errno, and throws it where a result is expected', () => {
    const missing = openat(AT_FDCWD, join(directory, 'missing'), O_RDONLY);
    expect(attempt(missing)).toBe(-ENOENT);
    expect(() => perform(missing)).toThrow(RuntimeError);
    expect(() => perform(missing)).toThrow('openat: ENOENT (no such file or directory)');
  });

  test('takes a tolerated error for a result', () => {
    const again = mkdirat(AT_FDCWD, directory, 0o700);
    expect(perform(tolerate(again, ENOENT, EEXIST))).toBe(-EEXIST);
    expect(perform(ignoreErrors(again))).toBe(-EEXIST);
    expect(isTolerated(tolerate(again, ENOENT), EEXIST)).toBe(false);
  });

  test('passes strings of any script, octets and descriptors', () => {
    const name = join(directory, 'ü 漢字 "quoted"\n');
    const fd = perform(openat(AT_FDCWD, name, O_WRONLY | O_CREAT, 0o600));
    expect(perform(write(fd, Uint8Array.of(0, 1, 255)))).toBe(3);
    expect(perform(write(fd, 'ü'))).toBe(2);
    perform(close(fd));
    expect(readFileSync(name)).toEqual(Buffer.of(0, 1, 255, 0xc3, 0xbc));
  });

  test('gives earlier results to the calls that refer to them', () => {
    const opened = openat(AT_FDCWD, directory, O_PATH);
    const fd = perform(opened);
    const results = { value: () => fd, bytes: () => new Uint8Array() };
    perform(symlinkat('to', opened, 'from'), results);
    expect(readdirSync(directory)).toContain('from');
    perform(close(opened), results);
    expect(attempt(close(fd))).toBe(-EBADF);
  });

  test('refuses a reference to what was not made', () => {
    expect(() => perform(close(openat(AT_FDCWD, '/', O_PATH)))).toThrow('openat has not been executed');
  });

  test('refuses a string with a NUL', () => {
    expect(() => attempt(openat(AT_FDCWD, '/etc\0/x', O_PATH))).toThrow(TypeError);
  });

  test('returns the memory that the kernel has filled in', () => {
    const file = join(directory, 'content');
    writeFileSync(file, 'content');
    const fd = perform(openat(AT_FDCWD, file, O_RDONLY));
    expect(Buffer.from(performForBytes(read(fd, 16)).subarray(0, 7)).toString()).toBe('content');
    const { mode, uid, inode } = decodeStatx(performForBytes(statx(fd, '')));
    const expected = statSync(file, { bigint: true });
    expect([BigInt(mode), BigInt(uid), inode]).toEqual([expected.mode, expected.uid, expected.ino]);
    perform(close(fd));
  });

  test('keeps the memory of one call while another is made', () => {
    const outs = new Map<Out, Uint8Array>();
    const first = getcwd();
    attempt(first, undefined, outs);
    performForBytes(statx(AT_FDCWD, '/', 0));
    const path = Buffer.from(outs.get(first.out as Out) ?? []);
    expect(path.toString('utf8', 0, path.indexOf(0))).toBe(process.cwd());
  });

  test('opens pipes whose ends are close-on-exec', () => {
    const ends = new DataView(performForBytes(pipe2()).slice().buffer);
    for (const at of [0, 4]) {
      const fd = ends.getInt32(at, true);
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
      expect(Number.parseInt(flags, 8) & 0o2000000).toBeTruthy();
      perform(close(fd));
    }
  });

  test('refuses a socket path that the address does not hold', () => {
    expect(() => connect(3, `/${'x'.repeat(107)}`)).toThrow('is too long');
    expect(connect(3, `/${'x'.repeat(106)}`).args[2]).toBe(110);
  });
});
