/** Which process a pid was, and whether it still is that one. */
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify, openIdentified, type ProcessIdentity } from '../../../src/host/process-identity.ts';
import { need } from '../../setup/needs.ts';
import { Processes } from '../../setup/processes.ts';

let processes: Processes;

beforeEach((context) => {
  need(context, 'perl');
  processes = new Processes();
});
afterEach(() => processes[Symbol.asyncDispose]());

function isOpened(identity: ProcessIdentity): boolean {
  using opened = openIdentified(identity);
  return opened !== undefined;
}

describe('a process is identified', () => {
  test('by its start time, its pidfd, its pid namespace and the boot', async () => {
    const { pid, startTime } = await processes.running();
    const identity = identify(pid);
    expect(identity).toMatchObject({ pid, startTime });
    expect(identity.pidNamespace).toBeGreaterThan(0);
    expect(identity.boot).toMatch(/^[0-9a-f-]{36}$/);
    expect(isOpened(identity)).toBe(true);
  });

  test('by the start time alone, as before Linux 6.9', async () => {
    const { pid, startTime } = await processes.misleading();
    expect(isOpened({ pid, startTime })).toBe(true);
    expect(isOpened({ pid, startTime: `${startTime}1` })).toBe(false);
  });

  test('by its pidfd alone, if /proc hid it when it began', async (context) => {
    const { startTime: _, ...identity } = identify((await processes.running()).pid);
    context.skip(identity.pidfdInode === undefined, 'needs Linux 6.9');
    expect(isOpened(identity)).toBe(true);
    expect(isOpened({ ...identity, pidfdInode: Number(identity.pidfdInode) + 1 })).toBe(false);
    expect(isOpened({ ...identity, boot: 'another' })).toBe(false);
  });

  test('not by anything less', async () => {
    const { pid } = await processes.running();
    expect(() => openIdentified({ pid })).toThrow(`cannot tell whether process ${pid} is the container's`);
  });
});

describe('a process has ended', () => {
  test('if it is a zombie', async () => {
    expect(isOpened(await processes.ended())).toBe(false);
  });

  test('if another one has its number, or nothing has', async () => {
    const { pid, ...other } = identify((await processes.running()).pid);
    expect(isOpened({ ...other, pid: process.pid })).toBe(false);
    expect(isOpened({ ...other, pid: 2 ** 30 })).toBe(false);
    expect(isOpened({ ...other, pid: 0 })).toBe(false);
    expect(pid).toBeGreaterThan(0);
  });

  test('if a thread has its number', () => {
    const thread = readdirSync('/proc/self/task')
      .map(Number)
      .find((tid) => tid !== process.pid);
    expect(isOpened({ pid: Number(thread), startTime: '1' })).toBe(false);
  });
});
