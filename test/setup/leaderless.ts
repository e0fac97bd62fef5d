/** Containers whose process has lost its main thread and runs on. They need gcc. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { started, stateOf } from './probe-container.ts';
import type { Rig } from './rig.ts';

/** @returns the id of a running container, and its pid */
export async function startedLeaderless(
  rig: Rig,
  config: (config: LooseConfig) => void = () => {},
): Promise<{ readonly id: string; readonly pid: number }> {
  const bundle = rig.bundle({
    config: (own) => {
      own.process.args = ['/bin/leaderless'];
      config(own);
    },
    finish: (_, { rootfs }) => compile(join(rootfs, 'bin/leaderless')),
  });
  const id = await started(rig, bundle);
  const { pid } = await stateOf(rig, id);
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/^\d+ \(.*\) Z /s);
  return { id, pid };
}

function compile(path: string): void {
  const source = join(import.meta.dirname, 'leaderless.c');
  const { status, stderr } = spawnSync('gcc', ['-O1', '-static', '-pthread', '-o', path, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
}
