/**
 * The commands on a container from its creation to its removal: what they print, with which status they end, and
 * what they leave. Status and words are runc's where engines look for them.
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { changeRecord } from '../setup/change-record.ts';
import { execute, minimalEnvironment } from '../setup/execute.ts';
import { need, needs } from '../setup/needs.ts';
import { created, detached, sleepingBundle, started, stateOf, stopped } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (needs.busybox.present()) bundle = sleepingBundle(rig);
});
afterAll(() => rig[Symbol.asyncDispose]());

describe('a container', () => {
  test('goes from created to running to stopped, and is gone after delete', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const { pid, ...state } = await stateOf(rig, id);
    const fields = { ociVersion: '1.0.2', id, status: 'created', bundle: bundle.path, rootfs: bundle.rootfs };
    expect(state).toEqual({ ...fields, created: expect.any(String), owner: '' });
    expect(state.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(Math.abs(Date.now() - Date.parse(state.created))).toBeLessThan(20_000);
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('tsrun:[init]\n');

    expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await stateOf(rig, id)).toMatchObject({ status: 'running', pid });
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\x00600\x00');

    expect(await rig.tsrun(['exec', id, 'echo', 'hello'])).toMatchObject({
      code: 0,
      stdout: 'hello\n',
      stderr: '',
    });
    expect(await rig.tsrun(['kill', id, 'KILL'])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    await stopped(rig, id);
    expect(await stateOf(rig, id)).toEqual({ ...state, status: 'stopped', pid: 0 });
    expect(await rig.tsrun(['delete', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(remains(rig, id)).toEqual([]);
  });

  test('has its annotations in its state, whatever the bundle says by then', async (context) => {
    need(context, 'busybox');
    const annotations = { 'org.example/a': '"1"', __proto__x: 'é' };
    const own = rig.bundle({ config: (config) => Object.assign(config, { annotations }) });
    const id = await created(rig, own);
    writeFileSync(join(own.path, 'config.json'), 'not even JSON');
    expect((await stateOf(rig, id)).annotations).toEqual(annotations);
    expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
  });

  test('that is created costs at most 64 KiB of memory', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const rollup = readFileSync(`/proc/${(await stateOf(rig, id)).pid}/smaps_rollup`, 'utf8');
    const kilobytes = Number(/^Rss: +(\d+) kB$/m.exec(rollup)?.[1]);
    expect(kilobytes).toBeGreaterThan(0);
    expect(kilobytes).toBeLessThanOrEqual(64);
  });

  test('that is created is deleted without force', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const { pid } = await stateOf(rig, id);
    expect(await rig.tsrun(['delete', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect([isAlive(pid), ...remains(rig, id)]).toEqual([false]);
  });

  test('that runs is deleted by force', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, bundle);
    const { pid } = await stateOf(rig, id);
    expect(await rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect([isAlive(pid), ...remains(rig, id)]).toEqual([false]);
  });

  test('ends by the signal that kill sends, by name or number, TERM unless told', async (context) => {
    need(context, 'busybox');
    const own = rig.bundle({
      config: (config) => {
        const traps = 'for s in TERM HUP USR1; do trap "echo $s >/signal; exit" $s; done';
        config.process.args = ['sh', '-c', `${traps}; echo >/ready; while :; do sleep 0.02; done`];
      },
    });
    const ready = join(own.rootfs, 'ready');
    const sent = async (...signal: string[]) => {
      // The one before has left it: a signal that comes before its trap is lost.
      rmSync(ready, { force: true });
      const id = await started(rig, own);
      await appears(ready);
      expect(await rig.tsrun(['kill', id, ...signal])).toMatchObject({ code: 0, stderr: '' });
      await stopped(rig, id);
      return readFileSync(join(own.rootfs, 'signal'), 'utf8').trim();
    };
    expect([await sent(), await sent('SIGHUP'), await sent('usr1'), await sent('1')]).toEqual([
      ...['TERM', 'HUP', 'USR1', 'HUP'],
    ]);
  });

  test('takes 2 MiB of arguments and environment, and one string of 128 KiB', async (context) => {
    need(context, 'busybox');
    const longest = 128 * 1024 - 1;
    const own = rig.bundle({
      config: ({ process }) => {
        const rest = Array.from({ length: 7 }, () => 'x'.repeat(longest));
        process.args = ['sh', '-c', 'echo $# $' + '{#1} $' + '{#V3}', 'sh', ...rest];
        process.env.push(...rest.map((text, index) => `V${index}=${text}`.slice(0, longest)));
      },
    });
    const result = await rig.tsrun(['run', '--bundle', own.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: `7 ${longest} ${longest - 3}\n`, stderr: '' });
  });

  test('with a string that is too long does not start, and leaves nothing', async (context) => {
    need(context, 'busybox');
    const own = rig.bundle({
      config: ({ process }) => {
        process.args = ['echo', 'x'.repeat(128 * 1024)];
      },
    });
    const id = rig.id();
    const result = await rig.tsrun(['run', '--bundle', own.path, id]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('argument list too long');
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('an error', () => {
  /** The command; its status; what its message has. `running`, `stopped` and `made` are containers. */
  const rows: readonly (readonly [state: State | 'none', args: string, code: number, words: string])[] = [
    ['running', 'start ID', 1, 'cannot start an already running container'],
    ['running', 'delete ID', 1, 'cannot delete container ID that is not stopped: running'],
    ['running', 'exec ID nosuch', 255, 'exec: "nosuch": executable file not found in $PATH'],
    ['running', 'exec ID /etc/passwd', 255, 'exec: "/etc/passwd": permission denied'],
    ['running', 'exec ID /no/such', 255, 'exec: "/no/such": stat /no/such: no such file or directory'],
    ['running', 'exec ID /etc', 255, 'is a directory'],
    ['running', 'exec --cwd /nosuch ID true', 255, 'no such file or directory'],
    ['running', 'kill ID NOSUCH', 1, 'unknown signal'],
    ['stopped', 'start ID', 1, 'cannot start a container that has stopped'],
    ['stopped', 'kill ID', 1, 'container not running'],
    ['stopped', 'exec ID true', 255, 'cannot exec in a stopped container'],
    ['none', 'start nosuch', 1, 'container does not exist'],
    ['none', 'state nosuch', 1, 'container does not exist'],
    ['none', 'kill nosuch 9', 1, 'container does not exist'],
    ['none', 'delete nosuch', 1, 'container does not exist'],
    ['none', 'exec nosuch true', 255, 'container does not exist'],
    ['none', 'delete --force nosuch', 0, ''],
    ['none', 'nosuchcmd', 3, 'nosuchcmd'],
    ['none', '--log-format nosuch list', 1, 'invalid log-format'],
    ['none', 'state ..', 1, 'invalid container ID format: ".."'],
  ];
  type State = 'running' | 'stopped';
  const containers: Partial<Record<State, Promise<string>>> = {};
  const container = (state: State): Promise<string> => (containers[state] ??= make[state]());
  const make: Record<State, () => Promise<string>> = {
    running: () => started(rig, bundle),
    stopped: async () => {
      const id = await started(rig, bundle);
      await rig.tsrun(['kill', id, '9']);
      await stopped(rig, id);
      return id;
    },
  };

  test.for(rows)('%s: %s ends with status %i and says %s', async ([state, args, code, words], context) => {
    need(context, 'busybox');
    const id = state === 'none' ? 'none' : await container(state);
    const result = await rig.tsrun(args.split(' ').map((word) => (word === 'ID' ? id : word)));
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(words.replace('container ID that', `container ${id} that`));
    if (code === 0) expect(result.stderr).toBe('');
  });

  const broken: Readonly<
    Record<string, readonly [words: string, change: (config: LooseConfig, bundle: Bundle) => void]>
  > = {
    'a command that is missing': [
      'executable file not found in $PATH',
      ({ process }) => {
        process.args = ['nosuch'];
      },
    ],
    'a command that may not be executed': [
      'permission denied',
      ({ process }) => {
        process.args = ['/etc/passwd'];
      },
    ],
    'a root that is missing': [
      'no such file or directory',
      ({ root }) => {
        root.path = 'nosuch';
      },
    ],
    'a bind mount whose source is missing': [
      'no such file or directory',
      ({ mounts }) => {
        mounts.push({ destination: '/x', type: 'bind', source: '/no/such', options: ['bind'] });
      },
    ],
    'a file bound on a directory': [
      'not a directory',
      ({ mounts }) => {
        mounts.push({ destination: '/etc', type: 'bind', source: '/etc/passwd', options: ['bind'] });
      },
    ],
    'a directory bound on a file': [
      'not a directory',
      ({ mounts }) => {
        mounts.push({ destination: '/etc/passwd', type: 'bind', source: '/etc', options: ['bind'] });
      },
    ],
    'a limit above what anybody may have': [
      'ask for no more (--ulimit nofile=',
      ({ process }) => {
        process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 2 ** 40, hard: 2 ** 40 }];
      },
    ],
    'a working directory that is a file': [
      'not a directory',
      ({ process }) => {
        process.cwd = '/etc/passwd';
      },
    ],
    'a filesystem that is unknown': [
      'nosuchfs',
      ({ mounts }) => {
        mounts.push({ destination: '/x', type: 'nosuchfs', source: 'x' });
      },
    ],
    'a namespace that cannot be joined': [
      'no such file or directory',
      ({ linux }) => {
        linux.namespaces.find(({ type }: { type: string }) => type === 'ipc').path = '/proc/1/ns/nosuch';
      },
    ],
    'a script whose interpreter is missing': [
      'no such file or directory',
      ({ process }, { rootfs }) => {
        process.args = ['/script'];
        writeFileSync(join(rootfs, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
      },
    ],
  };
  test.for(Object.entries(broken))('of %s leaves nothing behind', async ([, [words, change]], context) => {
    need(context, 'busybox');
    const own = rig.bundle({ finish: change });
    const id = rig.id();
    const log = join(own.path, 'log.json');
    const result = await rig.tsrun(['--log', log, '--log-format', 'json', 'run', '--bundle', own.path, id]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain(words);
    const entries = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(entries).toHaveLength(1);
    expect(JSON.parse(entries[0] ?? '')).toMatchObject({
      level: 'error',
      msg: expect.stringContaining(words),
    });
    expect(remains(rig, id)).toEqual([]);
  });

  test('of a second container with the same id does not touch the first', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, bundle);
    const before = await stateOf(rig, id);
    const result = await detached(rig, ['create', '--bundle', bundle.path, id]);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('container with given ID already exists');
    expect(await stateOf(rig, id)).toEqual(before);
  });

  test.for(['', '.', '..', 'a/b', '../x', 'a b', 'ü', 'x'.repeat(300), 'a\n'])(
    'of the id %j comes before anything is done',
    async (id) => {
      const result = await rig.tsrun(['create', '--bundle', bundle.path, '--', id]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('invalid container ID format');
    },
  );
});

describe('the pid file', () => {
  test('has the number and nothing else, and appears whole', async (context) => {
    need(context, 'busybox');
    const folder = join(rig.path, 'pids');
    mkdirSync(folder);
    const file = join(folder, 'pid');
    writeFileSync(file, 'old');
    linkSync(file, join(rig.path, 'old'));
    const id = await created(rig, bundle, '--pid-file', file);
    expect(readFileSync(file, 'utf8')).toBe(String((await stateOf(rig, id)).pid));
    // It was replaced, not written to, and nothing else is left beside it.
    expect([readFileSync(join(rig.path, 'old'), 'utf8'), readdirSync(folder)]).toEqual(['old', ['pid']]);
  });

  test('has the mode that the caller’s umask leaves', async (context) => {
    need(context, 'busybox');
    for (const [mask, mode] of [
      ['022', 0o644],
      ['077', 0o600],
    ] as const) {
      const file = join(rig.path, `pid-${mask}`);
      const through = ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh'];
      const line = ['create', '--pid-file', file, '--bundle', bundle.path, rig.id()];
      expect(await detached(rig, line, { through })).toMatchObject({ code: 0 });
      expect(statSync(file).mode & 0o777).toBe(mode);
    }
  });

  test('is not there where the container could not be made', async (context) => {
    need(context, 'busybox');
    const own = rig.bundle({
      config: ({ process }) => {
        process.args = ['nosuch'];
      },
    });
    const file = join(own.path, 'pid');
    const result = await detached(rig, ['create', '--pid-file', file, '--bundle', own.path, rig.id()]);
    expect([result.code, existsSync(file)]).toEqual([1, false]);
  });
});

describe('a pid file that cannot be written', () => {
  test.for(['create', 'run', 'run --detach'])(
    'ends %s before the program is executed',
    async (command, context) => {
      need(context, 'busybox');
      const own = rig.bundle({
        config: ({ process }) => {
          process.args = ['sh', '-c', '> /mark; sleep 600'];
        },
      });
      const id = rig.id();
      const line = [...command.split(' '), '--pid-file', '/nosuch/pid', '--bundle', own.path, id];
      const result = await detached(rig, line);
      expect([result.code, result.stderr]).toEqual([
        1,
        expect.stringMatching(/^tsrun: cannot write the pid file "\/nosuch\/pid": open: ENOENT/),
      ]);
      expect(existsSync(join(own.rootfs, 'mark'))).toBe(false);
      expect(remains(rig, id)).toEqual([]);
    },
  );
});

describe('the state directory', () => {
  test('is for its owner alone, with the sticky bit', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const modes = [rig.root, join(rig.root, id)].map((path) => statSync(path).mode & 0o7777);
    expect(modes).toEqual([0o1700, 0o700]);
    const files = readdirSync(join(rig.root, id)).map((name) => statSync(join(rig.root, id, name)));
    expect(files.filter((file) => file.isFile() && (file.mode & 0o077) !== 0)).toEqual([]);
  });

  test('of an ordinary user is in XDG_RUNTIME_DIR', async (context) => {
    need(context, 'busybox');
    context.skip(process.getuid?.() === 0, 'needs an ordinary user');
    const runtime = join(rig.path, 'runtime');
    mkdirSync(runtime, { mode: 0o700 });
    const options = { env: { XDG_RUNTIME_DIR: runtime } };
    const id = rig.id();
    const inherited = await execute(
      'sh',
      [
        '-c',
        `exec "$@" </dev/null >/dev/null 2>&1`,
        'sh',
        programUnderTest(),
        'create',
        '--bundle',
        bundle.path,
        id,
      ],
      { env: { ...minimalEnvironment(), ...options.env } },
    );
    expect(inherited.code).toBe(0);
    expect(statSync(join(runtime, 'tsrun')).mode & 0o7777).toBe(0o1700);
    expect((await execute(programUnderTest(), ['list', '-q'], options)).stdout).toBe(`${id}\n`);
    expect((await execute(programUnderTest(), ['delete', '--force', id], options)).code).toBe(0);
  });

  test('that others can write to is refused', async () => {
    const root = join(rig.path, 'open');
    mkdirSync(root);
    const chmod = await execute('chmod', ['0777', root]);
    expect(chmod.code).toBe(0);
    const result = await execute(programUnderTest(), [
      '--root',
      root,
      'create',
      '--bundle',
      bundle.path,
      'x',
    ]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('can be written to by others');
  });

  test('whose record cannot be read does not hide other containers, and is removed by force', async (context) => {
    need(context, 'busybox');
    const [good, bad] = [await created(rig, bundle), await created(rig, bundle)];
    truncateSync(join(rig.root, bad, 'state.json'), 100);
    const list = await rig.tsrun(['list', '--format', 'json']);
    expect(list.code).toBe(0);
    expect(JSON.parse(list.stdout).map(({ id }: { id: string }) => id)).toContain(good);
    expect(list.stderr).toContain(bad);
    expect((await rig.tsrun(['state', bad])).code).toBe(1);
    expect((await rig.tsrun(['delete', bad])).code).toBe(1);
    expect(await rig.tsrun(['delete', '--force', bad])).toMatchObject({ code: 0, stderr: '' });
    expect(remains(rig, bad)).toEqual([]);
  });

  test('tells a process that has got the same pid from the container', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, bundle);
    await rig.tsrun(['kill', id, '9']);
    await stopped(rig, id);
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    changeRecord(rig, id, { pid: stranger.pid });
    expect(await stateOf(rig, id)).toMatchObject({ status: 'stopped', pid: 0 });
    expect((await rig.tsrun(['kill', id, '9'])).stderr).toContain('container not running');
    expect((await rig.tsrun(['delete', '--force', id])).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
    stranger.kill('SIGKILL');
  });
});

describe('list', () => {
  test('prints a table, and JSON with the names of owners', async (context) => {
    need(context, 'busybox');
    await using own = makeRig();
    mkdirSync(own.root, { mode: 0o700 });
    expect(await own.tsrun(['list', '-f', 'json'])).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
    const id = await created(own, bundle);
    const { pid, created: time } = await stateOf(own, id);
    const name = (await execute('id', ['-un'])).stdout.trim();
    const table = (await own.tsrun(['list'])).stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}|(?<=\d) +(?=created)/));
    expect(table).toEqual([
      ['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'],
      [id, String(pid), 'created', bundle.path, time, name],
    ]);
    expect(JSON.parse((await own.tsrun(['list', '--format=json'])).stdout)).toMatchObject([
      { id, pid, status: 'created', owner: name },
    ]);
    expect((await own.tsrun(['list', '-q'])).stdout).toBe(`${id}\n`);
  });
});

describe('at the same time', () => {
  const times = Array.from({ length: 6 });

  test('only one of many creators gets an id', async (context) => {
    need(context, 'busybox');
    const id = rig.id();
    const results = await Promise.all(
      times.map(() => detached(rig, ['create', '--bundle', bundle.path, id])),
    );
    expect(results.filter(({ code }) => code === 0)).toHaveLength(1);
    const others = results.filter(({ code }) => code !== 0);
    expect(others.filter(({ stderr }) => !stderr.includes('already exists'))).toEqual([]);
    expect((await rig.tsrun(['start', id])).code).toBe(0);
  });

  test('only one of many starts succeeds', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const results = await Promise.all(times.map(() => rig.tsrun(['start', id])));
    expect(results.filter(({ code }) => code === 0)).toHaveLength(1);
    const others = results.filter(({ code }) => code !== 0);
    expect(others.filter(({ stderr }) => !stderr.includes('already running'))).toEqual([]);
  });

  test('every forced delete succeeds, and nothing is left', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, bundle);
    const results = await Promise.all(times.map(() => rig.tsrun(['delete', '--force', id])));
    expect(results.map(({ code, stderr }) => [code, stderr])).toEqual(times.map(() => [0, '']));
    expect(remains(rig, id)).toEqual([]);
  });

  test('start, kill, state and delete end in an order that makes sense', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    const commands = [['start', id], ['kill', id, '9'], ['state', id], ['delete', '--force', id], ['list']];
    const results = await Promise.all([...commands, ...commands].map((args) => rig.tsrun(args)));
    const expected = /does not exist|not running|already running|has stopped|killed before/;
    expect(
      results.filter(({ code, stderr }) => code !== 0 && !(code === 1 && expected.test(stderr))),
    ).toEqual([]);
    expect(remains(rig, id)).toEqual([]);
  });
});

test('preserved descriptors that are not open are refused', async (context) => {
  need(context, 'busybox');
  const id = rig.id();
  const through = ['bash', '--norc', '-c', 'exec 3</etc 4<&-; exec "$@"', 'bash'];
  const result = await detached(rig, ['run', '--preserve-fds', '2', '--bundle', bundle.path, id], {
    through,
  });
  expect(result.code).toBe(1);
  expect(result.stderr).toContain('descriptor 4');
  expect(remains(rig, id)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function appears(path: string): Promise<void> {
  for (let tries = 0; tries < 200 && !existsSync(path); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
}
