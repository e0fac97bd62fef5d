/** A container's first process that somebody stops before it is the program. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { created, sleepingBundle, stateOf } from '../setup/probe-container.ts';
import { makeRig } from '../setup/rig.ts';

function stateOfProcess(pid: number): string | undefined {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
}

test('"start" resumes it', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const id = await created(rig, sleepingBundle(rig));
  const { pid } = await stateOf(rig, id);
  process.kill(pid, 'SIGSTOP');
  await expect.poll(() => stateOfProcess(pid)).toBe('T');
  expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\x00600\x00');
});

test('"delete --force" removes it', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const id = await created(rig, sleepingBundle(rig));
  process.kill((await stateOf(rig, id)).pid, 'SIGSTOP');
  expect(await rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
});
