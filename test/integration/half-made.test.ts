/**
 * Containers whose creator was killed, and those that are being created: all commands agree on their status, and say what
 * to do.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { Result } from '../setup/execute.ts';
import { environment, tsrunLine, withFault } from '../setup/faults.ts';
import { need, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { created } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (!needs.busybox.present()) return;
  bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      config.hooks = { poststop: [{ path: '/bin/true' }] };
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

const run = (...args: readonly string[]): Promise<Result> =>
  rig.tsrun(args, {
    env: environment(),
    through: ['timeout', '--signal', 'KILL', String(patience(10))],
  });

/** What each command says, by its name. */
async function allSay(id: string, status: string, hint: string): Promise<void> {
  expect(JSON.parse((await run('state', id)).stdout)).toMatchObject({ id, status });
  const list = JSON.parse((await run('list', '--format', 'json')).stdout);
  expect(list.find((one: { id: string }) => one.id === id)).toMatchObject({ status });
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [['start', id], status === 'stopped' ? 'a container that has stopped' : 'that is still being created'],
    [['kill', id, 'KILL'], 'container not running'],
    [['exec', id, 'true'], `cannot exec in a ${status} container`],
    [['events', '--stats', id], 'is not running'],
    [['update', '--pids-limit', '100', id], 'container not running'],
    [['pause', id], 'container not running'],
    [['resume', id], 'container not paused'],
  ];
  for (const [line, message] of refusals) {
    const result = await run(...line);
    expect(result.code, line[0]).not.toBe(0);
    expect(result.stderr, line[0]).toContain(message);
    expect(result.stderr, line[0]).toContain(hint);
  }
}

describe('a container whose creator was killed', () => {
  test.for([
    ['flock', 1],
    ['renameat2', 1],
    ['mknodat', 1],
    ['sendto', 1],
    ['renameat2', 2],
    ['renameat2', 3],
  ] as const)(
    'before %s number %i is stopped',
    { timeout: patience(60_000) },
    async ([name, when], context) => {
      prepare(context);
      const id = rig.id();
      const killed = withFault(rig, ['create', '--bundle', bundle.path, id], { name, when }, 'signal=KILL');
      expect((await killed.exited).code).not.toBe(0);
      expect(await killed.allEnded()).toBe(true);
      await allSay(
        id,
        'stopped',
        `its creation was interrupted: tsrun delete ${id} removes what remains of it`,
      );
      expect(await run('delete', id)).toMatchObject({ code: 0, stderr: '' });
      expect(remains(rig, id)).toEqual([]);
    },
  );

  test('before anything was written is stopped', async (context) => {
    prepare(context);
    await created(rig, bundle);
    const id = rig.id();
    mkdirSync(join(rig.root, id), { mode: 0o700 });
    await allSay(id, 'stopped', `tsrun delete ${id} removes what remains of it`);
    expect(await run('delete', id)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(rig.root, id))).toBe(false);
  });
});

test('a container that is being created is creating', { timeout: patience(60_000) }, async (context) => {
  prepare(context);
  const slow = rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      config.hooks = {
        prestart: [
          { path: '/bin/sh', args: ['sh', '-c', 'while [ ! -e go ]; do sleep 0.05; done'], timeout: 120 },
        ],
      };
    },
  });
  const id = rig.id();
  const [command = '', ...args] = tsrunLine(rig, ['create', '--bundle', slow.path, id]);
  const creator = spawn(command, args, { env: environment(), stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => creator.on('exit', resolve));
  for (let tries = 0; tries < 200 && !existsSync(join(rig.root, id, 'start')); tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 100));
  await allSay(id, 'creating', 'it is still being created: wait until tsrun create has ended');
  expect(await run('delete', id)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`cannot delete container ${id} that is not stopped: creating`),
  });
  mkdirSync(join(slow.path, 'go'));
  expect(await ended).toBe(0);
  expect(JSON.parse((await run('state', id)).stdout)).toMatchObject({ status: 'created' });
  expect(await run('delete', '--force', id)).toMatchObject({ code: 0, stderr: '' });
  expect(remains(rig, id)).toEqual([]);
});

function prepare(context: TestContext): void {
  need(context, 'busybox', 'strace');
}
