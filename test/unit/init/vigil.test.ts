import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Vigil } from '../../../src/init/vigil.ts';

let child: ChildProcess;
beforeEach(() => {
  child = spawn('sleep', ['600']);
});
afterEach(() => child.kill('SIGKILL'));

function state(): string | undefined {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
}

async function stop(): Promise<void> {
  child.kill('SIGSTOP');
  await expect.poll(state).toBe('T');
}

test('a process that does something is left alone, however long', () => {
  const vigil = new Vigil(() => child.pid as number);
  for (let times = 0; times < 100; times++) vigil.look();
  expect(state()).toMatch(/[SR]/);
});

test('one that has been stopped is resumed once, and killed when it is stopped again', async () => {
  const vigil = new Vigil(() => child.pid as number);
  const signal = new Promise((resolve) => child.on('exit', (_, name) => resolve(name)));
  vigil.look();
  await stop();
  vigil.look();
  await expect.poll(state).toBe('S');
  vigil.look();
  await stop();
  expect(() => vigil.look()).toThrow(
    `the init stub, process ${child.pid}, does not answer: it has been stopped (SIGSTOP) more than once`,
  );
  expect(await signal).toBe('SIGKILL');
});

test('one whose number is not known yet is waited for', () => {
  const vigil = new Vigil(() => 0);
  vigil.look();
  vigil.look();
});
