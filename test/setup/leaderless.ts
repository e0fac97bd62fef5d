/** Processes that run on when their main thread has ended. They need gcc. */
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
    finish: (_, { rootfs }) => compileLeaderless(join(rootfs, 'bin/leaderless')),
  });
  const id = await started(rig, bundle);
  const { pid } = await stateOf(rig, id);
  await expect.poll(() => mainThreadHasEnded(pid)).toBe(true);
  return { id, pid };
}

/** Compiles the program, statically linked, to `path`. */
export function compileLeaderless(path: string): void {
  const source = join(import.meta.dirname, 'leaderless.c');
  const { status, stderr } = spawnSync('gcc', ['-O1', '-static', '-pthread', '-o', path, source], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
}

/** /proc calls the process a zombie then. */
export function mainThreadHasEnded(pid: number): boolean {
  return /^State:\s+Z/m.test(statusOf(pid));
}

/** Whether any of its threads runs, whatever /proc says of the main one. */
export function runsOn(pid: number): boolean {
  const status = statusOf(pid);
  return /^State:\s+[^ZX]/m.test(status) || Number(/^Threads:\s+(\d+)/m.exec(status)?.[1]) > 1;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
