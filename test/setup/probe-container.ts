/** Containers whose process only sleeps, for tests of the commands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Result } from './execute.ts';
import type { Bundle, Rig, RigOptions } from './rig.ts';

let serial = 0;

/**
 * Runs tsrun for a container that lives on: it keeps the streams that it is given, so they are files.
 * What was written is in the result all the same.
 */
export async function detached(rig: Rig, args: readonly string[], options: RigOptions = {}): Promise<Result> {
  const file = join(rig.path, `output-${++serial}`);
  const redirect = ['sh', '-c', `exec "$@" </dev/null >${file}.out 2>${file}.err`, 'sh'];
  const through = [...(options.through ?? []), ...redirect];
  const result = await rig.tsrun(args, { ...options, through });
  const read = (name: string) => readFileSync(`${file}.${name}`, 'utf8');
  return { ...result, stdout: read('out'), stderr: read('err') };
}

export function sleepingBundle(rig: Rig): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
    },
  });
}

/** @returns the id of a created container */
export async function created(rig: Rig, bundle: Bundle, ...options: string[]): Promise<string> {
  const id = rig.id();
  const result = await detached(rig, ['create', ...options, '--bundle', bundle.path, id]);
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return id;
}

/** @returns the id of a running container */
export async function started(rig: Rig, bundle: Bundle, ...options: string[]): Promise<string> {
  const id = rig.id();
  const result = await detached(rig, ['run', '--detach', ...options, '--bundle', bundle.path, id]);
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return id;
}

export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly pid: number;
  readonly status: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly owner: string;
  readonly annotations?: Record<string, string>;
}

export async function stateOf(rig: Rig, id: string): Promise<State> {
  const { code, stdout, stderr } = await rig.tsrun(['state', id]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** Waits until the container is stopped: a signal takes its time. */
export async function stopped(rig: Rig, id: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await stateOf(rig, id)).status === 'stopped') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`container "${id}" does not stop`);
}
