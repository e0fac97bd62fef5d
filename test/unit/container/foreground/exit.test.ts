import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitStatus } from '../../../../src/container/foreground/exit.ts';
import { awaitForeground } from '../../../../src/container/foreground/foreground.ts';
import { caughtSignals } from '../../../../src/container/foreground/signals.ts';
import { Pidfd } from '../../../../src/kernel/pidfd.ts';
import { catchSignals } from '../../../../src/kernel/signal-source.ts';
import { spawn } from '../../../../src/kernel/spawn.ts';

function start(script: string): { readonly pid: number; readonly pidfd: Pidfd } {
  const pid = spawn('/bin/sh', ['sh', '-c', script], ['PATH=/usr/bin:/bin']);
  const pidfd = Pidfd.open(pid);
  if (!pidfd) throw new Error('no such process');
  return { pid, pidfd };
}

async function statusOf({ pid, pidfd }: ReturnType<typeof start>): Promise<number> {
  using signals = catchSignals(caughtSignals({ terminal: false }));
  const { exit } = await awaitForeground({ pid, pidfd, signals });
  return exitStatus(exit);
}

test.each([
  ['true', 0],
  ['exit 3', 3],
  ['exit 255', 255],
  ['kill -9 $$', 137],
  ['kill -TERM $$', 143],
  ['sleep 0.1; exit 7', 7],
  ['sleep 0.1; kill -INT $$', 130],
])('%s: %i', async (script, expected) => {
  const child = start(script);
  using _ = child.pidfd;
  expect(await statusOf(child)).toBe(expected);
  expect(existsSync(`/proc/${child.pid}`)).toBe(false);
});

test('other children that end meanwhile are reaped, and are not taken for it', async () => {
  const other = start('exit 9');
  const later = start('sleep 0.05; exit 8');
  const gone = `! [ -e /proc/${other.pid} ] && ! [ -e /proc/${later.pid} ]`;
  const child = start(`until ${gone}; do sleep 0.01; done; exit 4`);
  using _ = child.pidfd;
  expect(await statusOf(child)).toBe(4);
  expect([other, later].map(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([false, false]);
});

test('JavaScript goes on meanwhile, without being woken again and again', async () => {
  const child = start('exec sleep 600');
  using _ = child.pidfd;
  let ticks = 0;
  const timer = setInterval(() => ++ticks === 10 && process.kill(child.pid), 20);
  const before = process.cpuUsage();
  expect(await statusOf(child)).toBe(143);
  clearInterval(timer);
  expect(ticks).toBeGreaterThanOrEqual(10);
  expect(process.cpuUsage(before).user).toBeLessThan(150_000);
});

test('a signal to us reaches it', async () => {
  const child = start('trap "exit 5" USR1; echo; while :; do sleep 0.01; done');
  using _ = child.pidfd;
  setTimeout(() => process.kill(process.pid, 'SIGUSR1'), 200);
  expect(await statusOf(child)).toBe(5);
});

test('a process that is not a child is an error, not a wait for ever', async () => {
  const pidfd = Pidfd.open(1);
  if (!pidfd) throw new Error('no process 1');
  await expect(statusOf({ pid: 1, pidfd })).rejects.toThrow('process 1 is not a child');
});
