/**
 * What the launcher does without an engine (src/container/shortcuts.ts): with a launcher that has none, it is done or it
 * is not; and where it is left to the engine, that says the same as without shortcuts.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeLauncher } from '../../scripts/build/launcher.ts';
import { adopt } from '../setup/adopt.ts';
import { execute, type Result } from '../setup/execute.ts';
import { need, needRoot, needs } from '../setup/needs.ts';
import { created, sleepingBundle, started, stateOf, stopped } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, type BundleOptions, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let sleeping: Bundle;
let launcher: string;

beforeAll(() => {
  rig = makeRig();
  launcher = join(rig.path, 'launcher');
  writeLauncher(launcher, [{ executable: join(rig.path, 'no-engine'), args: [], env: {} }]);
  if (needs.busybox.present()) sleeping = sleepingBundle(rig);
});
afterAll(() => rig[Symbol.asyncDispose]());

const done = { code: 0, stdout: '', stderr: '' };

/** Without any engine. */
function alone(...args: string[]): Promise<Result> {
  return execute(launcher, ['--root', rig.root, ...args]);
}

async function isLeftToTheEngine(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await alone(...args);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('cannot start an engine');
}

function shortcutsOf(id: string): string {
  return join(rig.root, id, 'shortcuts');
}

describe('without an engine', () => {
  test('a created container is looked at, started, signalled and deleted', async (context) => {
    need(context, 'busybox');
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = [
          'sh',
          '-c',
          'trap "echo usr1 >/got" USR1; echo ready >/got; sleep 600 & wait; sleep 600',
        ];
      },
    });
    const got = () =>
      existsSync(join(bundle.rootfs, 'got')) && readFileSync(join(bundle.rootfs, 'got'), 'utf8');
    const id = await created(rig, bundle);
    const state = async () => JSON.parse((await alone('state', id)).stdout);
    const { pid } = await state();
    expect((await state()).status).toBe('created');
    expect(await alone('start', id)).toMatchObject(done);
    expect(await state()).toMatchObject({ status: 'running', pid });
    await expect.poll(got).toBe('ready\n');
    expect(await alone('kill', id, 'SIGUSR1')).toMatchObject(done);
    await expect.poll(got).toBe('usr1\n');
    expect(await alone('--log', '/nowhere', '--log-format=json', 'kill', id, '9')).toMatchObject(done);
    await stopped(rig, id);
    expect(await state()).toMatchObject({ status: 'stopped', pid: 0 });
    expect(await alone('delete', '--force', id)).toMatchObject(done);
    expect(remains(rig, id)).toEqual([]);
  });

  test('a container that was run in the background is signalled and deleted', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    expect(JSON.parse((await alone('state', id)).stdout).status).toBe('running');
    expect(await alone('kill', id, 'KILL')).toMatchObject(done);
    await stopped(rig, id);
    expect(await alone('delete', id)).toMatchObject(done);
    expect(remains(rig, id)).toEqual([]);
  });

  test.for(['running', 'created'])('a container that is %s is deleted by force', async (state, context) => {
    need(context, 'busybox');
    const make = state === 'running' ? started : created;
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sh', '-c', 'sleep 600 & sleep 600 & sleep 600'];
      },
    });
    const id = await make(rig, bundle);
    const { pid } = await stateOf(rig, id);
    expect(await alone('delete', '--force', id)).toMatchObject(done);
    expect([existsSync(`/proc/${pid}/cwd`), ...remains(rig, id)]).toEqual([false]);
  });

  test('a created container is deleted', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    expect(await alone('delete', id)).toMatchObject(done);
    expect(remains(rig, id)).toEqual([]);
  });

  test('a container that was killed before it was started is deleted', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    expect(await alone('kill', id, 'KILL')).toMatchObject(done);
    await stopped(rig, id);
    expect(await alone('delete', id)).toMatchObject(done);
    expect(remains(rig, id)).toEqual([]);
  });

  test('arguments and environment of some megabytes arrive', async (context) => {
    need(context, 'busybox');
    const bundle = rig.bundle({
      config: (config) => {
        const values = Array.from({ length: 20 }, (_, index) => `V${index}=${'x'.repeat(100_000)}`);
        config.process.env = ['PATH=/bin', ...values];
        config.process.args = ['sh', '-c', 'echo "$V19" | wc -c >/size'];
      },
    });
    const id = await created(rig, bundle);
    expect(await alone('start', id)).toMatchObject(done);
    await stopped(rig, id);
    expect(readFileSync(join(bundle.rootfs, 'size'), 'utf8')).toBe('100001\n');
  });

  test.for<[string[]]>([
    [['state']],
    [['state', 'ID', 'ID']],
    [['state', '--help']],
    [['--debug', 'state', 'ID']],
    [['--log-format', 'xml', 'state', 'ID']],
    [['--root', '../relative', 'state', 'ID']],
    [['delete', 'ID']],
    [['delete', '--force', '--regex', 'ID']],
    [['kill', '--all', 'ID']],
    [['kill', 'ID', '65']],
    [['kill', 'ID', 'NOSUCH']],
    [['start', 'ID']],
    [['list']],
    [['state', 'no-such-container']],
    [['state', '../ID']],
    [['pause', 'ID']],
  ])('nothing is done for %j of a running container', async ([words], context) => {
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    await isLeftToTheEngine(...words.map((word) => word.replace('ID', id)));
    expect((await stateOf(rig, id)).status).toBe('running');
  });

  test('nothing is done with a paused container', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    await rig.tsrun(['pause', id]);
    for (const command of ['state', 'start', 'kill', 'delete', 'delete --force'])
      await isLeftToTheEngine(...command.split(' '), id);
    expect((await stateOf(rig, id)).status).toBe('paused');
    await rig.tsrun(['resume', id]);
    expect(await alone('start', id)).toMatchObject(done);
  });

  test('nothing is done where others may write', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    await execute('chmod', ['666', shortcutsOf(id)]);
    await isLeftToTheEngine('state', id);
    await execute('chmod', ['600', shortcutsOf(id)]);
    expect(await alone('state', id)).toMatchObject({ code: 0 });
    await execute('chmod', ['777', rig.root]);
    await isLeftToTheEngine('state', id);
    await execute('chmod', ['1700', rig.root]);
  });

  test.for([
    ['hooks', { poststart: [{ path: '/bin/true' }] }],
    ['hooks', { startContainer: [{ path: '/bin/true' }] }],
  ] as const)('a container with %s %j is not started', async ([field, value], context) => {
    need(context, 'busybox');
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sleep', '600'];
        config[field] = value;
      },
    });
    const id = await created(rig, bundle);
    await isLeftToTheEngine('start', id);
    expect(await rig.tsrun(['start', id])).toMatchObject(done);
    expect(await alone('state', id)).toMatchObject({ code: 0 });
  });

  test('a container whose readiness somebody wants to know is not started', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    const env = { NOTIFY_SOCKET: '/run/nobody' };
    const result = await execute(launcher, ['--root', rig.root, 'start', id], { env });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot start an engine') });
    expect(await alone('start', id)).toMatchObject(done);
  });

  test('a container whose limits were changed is not started', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    expect(await rig.tsrun(['update', '--pids-limit', '100', id])).toMatchObject({ code: 0 });
    await isLeftToTheEngine('start', id);
    expect(await rig.tsrun(['start', id])).toMatchObject(done);
  });
});

describe('an engine says the same', () => {
  /** With shortcuts, and without. */
  async function both(options: BundleOptions, act: (id: string, path: string) => Promise<unknown>) {
    const bundle = rig.bundle(options);
    const results = [];
    for (const hasShortcuts of [true, false]) {
      const id = await created(rig, bundle);
      if (!hasShortcuts) rmSync(shortcutsOf(id));
      const text = JSON.stringify(await act(id, bundle.path));
      results.push(
        text
          .replaceAll(id, 'ID')
          .replaceAll(/"pid\\": \d\d+/g, 'PID')
          .replaceAll(/\d{4}-[\dT:.-]+Z/g, 'TIME'),
      );
    }
    expect(results[0]).toBe(results[1]);
    return results[0];
  }

  test('of a container in each of its states', async (context) => {
    need(context, 'busybox');
    const options: BundleOptions = {
      config: (config) => {
        config.process.args = ['sleep', '600'];
        config.annotations = { 'org.example': 'ü "quoted" \\ \n' };
      },
    };
    const seen = await both(options, async (id) => [
      await rig.tsrun(['state', id]),
      await rig.tsrun(['start', id]),
      await rig.tsrun(['state', id]),
      await rig.tsrun(['start', id]),
      await rig.tsrun(['delete', id]),
      await rig.tsrun(['kill', id, 'KILL']),
      await stopped(rig, id),
      await rig.tsrun(['state', id]),
      await rig.tsrun(['start', id]),
      await rig.tsrun(['kill', id, 'KILL']),
      await rig.tsrun(['delete', id]),
      remains(rig, id),
    ]);
    expect(seen).toContain('cannot start an already running container');
    expect(seen).toContain('container not running');
  });

  test('of a program that cannot be executed', async (context) => {
    need(context, 'busybox');
    const finish: BundleOptions['finish'] = ({ process }, { rootfs }) => {
      process.args = ['/script'];
      writeFileSync(join(rootfs, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
    };
    const seen = await both({ finish }, async (id) => [
      await rig.tsrun(['start', id]),
      await stopped(rig, id),
      await rig.tsrun(['start', id]),
      await rig.tsrun(['delete', id]),
      remains(rig, id),
    ]);
    expect(seen).toContain('ENOENT (no such file or directory)');
    expect(seen).toContain('cannot start a container that has stopped');
  });

  test('of a limit that cannot be set', async (context) => {
    need(context, 'busybox');
    const config: BundleOptions['config'] = ({ process }) => {
      process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 2 ** 40, hard: 2 ** 40 }];
    };
    const seen = await both({ config }, (id) => rig.tsrun(['start', id]));
    expect(seen).toContain('RLIMIT_NOFILE');
  });

  test('of a filter that kills', async (context) => {
    need(context, 'busybox', 'libseccomp');
    const config: BundleOptions['config'] = ({ linux, process }) => {
      process.noNewPrivileges = true;
      const syscalls = [{ names: ['execve'], action: 'SCMP_ACT_KILL_PROCESS' }];
      linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls };
    };
    // How it has ended can be seen as long as nobody reaps it.
    using _ = adopt();
    const seen = await both({ config }, (id) => rig.tsrun(['start', id]));
    expect(seen).toContain('seccomp');
  });
});
