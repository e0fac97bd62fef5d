/** The runtime's own memory holds the environment of containers: other processes of the same user do not see it. */
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { need } from '../setup/needs.ts';
import { makeRig, programUnderTest } from '../setup/rig.ts';
import { startProgram } from '../setup/running.ts';

test('the engine is not dumpable while it serves a container', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process }) => {
      process.args = ['sh', '-c', 'echo ready; sleep 100'];
    },
  });
  const id = rig.id();
  await using running = startProgram(programUnderTest(), [
    ...['--root', rig.root, 'run', '--bundle', bundle.path, id],
  ]);
  await running.shows(/ready/);
  const { pid } = running.child;
  // What is not dumpable belongs to root, and a core file of it is not written: prctl(2), proc(5).
  expect(statSync(`/proc/${pid}/environ`).uid).toBe(0);
  if (process.getuid?.() !== 0) expect(() => readFileSync(`/proc/${pid}/environ`)).toThrow('EACCES');
  await rig.tsrun(['kill', id, 'KILL']);
  expect(await running.ended()).toBe(137);
});
