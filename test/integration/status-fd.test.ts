/** `--status-fd`: a line of JSON for each event, for whoever wants to know without asking again and again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { execute } from '../setup/execute.ts';
import { need } from '../setup/needs.ts';
import { stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

let rig: Rig;
let serial = 0;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => need(context, 'busybox'));

function bundleOf(...args: string[]): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = args;
    },
  });
}

/** Runs tsrun by a shell that gives it descriptor 7, and the events that it then has written there. */
async function events(line: readonly string[], redirect = (file: string) => `7>${file}`) {
  const file = join(rig.path, `status-${++serial}`);
  const script = `exec "$@" ${redirect(file)} </dev/null >/dev/null 2>${file}.errors`;
  const result = await rig.tsrun(line, { through: ['sh', '-c', script, 'sh'] });
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const found: Record<string, unknown>[] = lines.map((text) => JSON.parse(text));
  for (const { time } of found) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return {
    code: result.code,
    errors: readFileSync(`${file}.errors`, 'utf8'),
    found: found.map(({ time, ...rest }) => rest),
  };
}

describe('the events', () => {
  test('of a container that runs, ends and is deleted', async () => {
    const id = rig.id();
    const { code, found } = await events([
      'run',
      '--status-fd',
      '7',
      '--bundle',
      bundleOf('sh', '-c', 'exit 3').path,
      id,
    ]);
    const pid = found[1]?.pid;
    expect(pid).toEqual(expect.any(Number));
    expect([code, found]).toEqual([
      3,
      [
        { id, event: 'creating' },
        { id, event: 'created', pid },
        { id, event: 'running', pid },
        { id, event: 'exited', pid, exitCode: 3 },
        { id, event: 'deleted' },
      ],
    ]);
  });

  test('of one that a signal ends, and that is kept', async () => {
    const id = rig.id();
    const kill = 'kill -9 $(sed "s/.*.pid.:\\([0-9]*\\).*/\\1/")';
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sleep', '600'];
        config.hooks = { poststart: [{ path: '/bin/sh', args: ['sh', '-c', kill] }] };
      },
    });
    const { code, found } = await events(['run', '--keep', '--status-fd=7', '--bundle', bundle.path, id]);
    expect([code, found.at(-1)]).toMatchObject([137, { event: 'exited', exitCode: 137, signal: 'SIGKILL' }]);
  });

  test('of create end with created', async () => {
    const id = rig.id();
    const { code, found } = await events([
      'create',
      '--status-fd',
      '7',
      '--bundle',
      bundleOf('true').path,
      id,
    ]);
    const { pid } = await stateOf(rig, id);
    expect([code, found]).toEqual([
      0,
      [
        { id, event: 'creating' },
        { id, event: 'created', pid },
      ],
    ]);
  });

  test('of one that cannot be made end with the error', async () => {
    const id = rig.id();
    const { code, found } = await events([
      'run',
      '--status-fd',
      '7',
      '--bundle',
      bundleOf('nosuch').path,
      id,
    ]);
    const error = { code: 'executable', msg: expect.stringContaining('executable file not found in $PATH') };
    expect(code).toBe(1);
    expect(found).toMatchObject([
      { event: 'creating' },
      { event: 'failed', error: { ...error, pointer: '/process/args/0' } },
    ]);
    expect(remains(rig, id)).toEqual([]);
    const nowhere = await events(['create', '--status-fd', '7', '--bundle', '/nonexistent', id]);
    expect(nowhere.found).toMatchObject([{ event: 'failed', error: { code: 'config' } }]);
  });
});

describe('the descriptor', () => {
  test('has to be open for writing, and not the container’s', async () => {
    const line = ['run', '--status-fd', '7', '--bundle', bundleOf('true').path, rig.id()];
    const wrong: [RegExp, (file: string) => string, string[]][] = [
      [/it is not open\n/, (file) => `7>&- 6>${file}`, []],
      [/it is not open for writing\n/, (file) => `6>${file} 7<${file}`, []],
      [
        /--preserve-fds gives it to the container\n/,
        (file) => `3>&1 4>&1 5>&1 6>&1 7>${file}`,
        ['--preserve-fds', '5'],
      ],
    ];
    for (const [message, redirect, options] of wrong) {
      const { code, errors } = await events([...line.slice(0, 1), ...options, ...line.slice(1)], redirect);
      expect([code, errors]).toEqual([1, expect.stringMatching(message)]);
    }
  });

  test('goes to no hook and not into the container', async () => {
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sh', '-c', 'ls /proc/self/fd >/fds'];
      },
      finish: (config, { path }) => {
        const hook = (name: string) => ({
          path: '/bin/sh',
          args: ['sh', '-c', `ls -l /proc/self/fd >${path}/${name}`],
        });
        config.hooks = { createRuntime: [hook('create')], poststart: [hook('poststart')] };
      },
    });
    const { code, found } = await events(['run', '--status-fd', '7', '--bundle', bundle.path, rig.id()]);
    expect([code, found.length]).toEqual([0, 5]);
    expect(readFileSync(join(bundle.rootfs, 'fds'), 'utf8')).not.toMatch(/^7$/m);
    for (const name of ['create', 'poststart']) {
      expect(readFileSync(join(bundle.path, name), 'utf8')).not.toContain('/status-');
    }
  });

  test('that nobody reads, or that is full, holds nothing up', async () => {
    const bundle = bundleOf('sh', '-c', 'exit 5');
    const run = `"$0" --root ${rig.root} run --status-fd 7 --bundle ${bundle.path}`;
    const script = [
      `${run} ${rig.id()} 7>&1 >/dev/null | true`,
      `mkfifo ${rig.path}/full; exec 8<>${rig.path}/full`,
      // Fills the pipe, 64 KiB, and ends for want of room.
      `timeout -s KILL 0.3 dd if=/dev/zero of=${rig.path}/full bs=65536 count=1 2>/dev/null`,
      `${run} ${rig.id()} 7>&8; echo $?`,
    ].join('\n');
    const result = await execute('sh', ['-c', script, programUnderTest()]);
    expect(result).toMatchObject({ code: 0, stdout: '5\n', stderr: '' });
  });
});
