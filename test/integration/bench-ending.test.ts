/** However a bench ends, it leaves no container behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasEnded } from '../../bench/ended.ts';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { makeRig, programUnderTest } from '../setup/rig.ts';

test.for(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('%s', async (signal, context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const program = join(import.meta.dirname, '../setup/bench-left.ts');
  const bench = spawn(process.execPath, [program, programUnderTest(), rig.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const [said] = await once(bench.stdout, 'data');
  expect(String(said)).toBe('serving\n');
  const root = join(rig.path, 'root');
  const [id = ''] = readdirSync(root);
  const { pid, cgroups } = JSON.parse(readFileSync(join(root, id, 'state.json'), 'utf8'));
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('/bin/sleep\x003600\0');
  const over = once(bench, 'exit');
  bench.kill(signal);
  await over;
  const left = () => [
    ...readdirSync(root),
    ...cgroups.filter((path: string) => existsSync(path)),
    ...(hasEnded(pid) ? [] : [pid]),
  ];
  // Killed, it waits for nothing.
  if (signal === 'SIGKILL') await expect.poll(left, { timeout: patience(30_000) }).toEqual([]);
  else expect(left()).toEqual([]);
});
