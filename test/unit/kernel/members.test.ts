/** Signals for groups of processes: only for those that are in the group when they have been opened. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signalMembers, withMembers } from '../../../src/kernel/members.ts';
import { need } from '../../setup/needs.ts';
import { Processes } from '../../setup/processes.ts';

let processes: Processes;

beforeEach((context) => {
  need(context, 'perl');
  processes = new Processes();
});
afterEach(() => processes[Symbol.asyncDispose]());

test('what has left the group by the time it is open gets no signal', async () => {
  const { pid } = await processes.running();
  const answers = [[pid], []];
  const seen: number[] = [];
  withMembers(
    () => answers.shift() ?? [],
    (members) => void seen.push(...members.map((one) => one.pid)),
  );
  expect(seen).toEqual([]);
});

test('all others get it, more than there may be descriptors open at a time', async () => {
  const { pid } = await processes.running();
  const many = Array.from({ length: 600 }, () => pid);
  const batches: number[] = [];
  withMembers(
    () => many,
    (members) => void batches.push(members.length),
  );
  expect(batches).toEqual([256, 256, 88]);
  signalMembers(() => [pid, 2 ** 30], 15);
  expect(await processes.end()).toBe('SIGTERM');
});
