/** What the launcher makes of a file of shortcuts: the state of the process, the operations, and who goes on. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { callerReport } from '../../../src/host/caller.ts';
import type { Instruction } from '../../../src/init/shortcuts.ts';
import { call, callWithOut, ignoreErrors, out, tolerate } from '../../../src/kernel/call.ts';
import { openat, unlinkat, write } from '../../../src/kernel/calls/file.ts';
import { pidfdOpen } from '../../../src/kernel/calls/process.ts';
import { AT_FDCWD, AT_REMOVEDIR, O_RDONLY } from '../../../src/kernel/constants/file.ts';
import { EACCES, ENOENT, ENOTDIR } from '../../../src/kernel/errno.ts';
import { execute } from '../../setup/execute.ts';
import { need, needRoot } from '../../setup/needs.ts';
import { Processes } from '../../setup/processes.ts';
import {
  commands,
  gone,
  leftToEngine,
  machines,
  type ShortcutRig,
  shortcutRig,
  states,
} from '../../setup/shortcut-rig.ts';

const processes = new Processes();
afterAll(() => processes[Symbol.asyncDispose]());
afterEach(() => void vi.unstubAllEnvs());

describe.each(machines)('%s', (_, arch) => {
  let rig: ShortcutRig;
  beforeAll(async () => {
    rig = await shortcutRig(arch);
  });
  afterAll(() => rig[Symbol.dispose]());
  beforeEach((context) => rig.needs(context));

  describe('a process that', () => {
    beforeEach((context) => need(context, 'perl'));

    test.each([
      ['was never there', 'gone', () => gone],
      ['is another one by now', 'gone', async () => ({ ...(await processes.running()), startTime: '1' })],
      ['has a start time that begins alike', 'gone', async () => longer(await processes.running())],
      ['was killed before it executed anything', 'killed', () => processes.killed()],
      ['has ended', 'ended', () => processes.ended()],
      ['has executed nothing yet', 'created', () => processes.created()],
      ['runs', 'running', () => processes.running()],
      ['has a name like a status', 'running', () => processes.misleading()],
    ] as const)('%s is %s', async (_, state, process) => {
      rig.container('ctr', rig.tellingFile(await process()));
      for (const command of commands) {
        expect(await rig.run(...command.split(' '), 'ctr')).toMatchObject({
          code: 0,
          stdout: `${command} ${state}`,
          stderr: '',
        });
      }
    });

    test('is blocked, as what is frozen may be, is left to the engine', async () => {
      rig.container('ctr', rig.tellingFile(await processes.blocked()));
      for (const command of commands) {
        const line = ['--root', rig.root, ...command.split(' '), 'ctr'];
        expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
      }
    });

    test('cannot be looked for is not gone', async (context) => {
      needRoot(context);
      rig.container('ctr', rig.tellingFile(await processes.running()));
      const line = rig.line(['--root', rig.root, 'state', 'ctr']);
      const hide = 'mount -t tmpfs none /proc && exec "$@"';
      const { stdout } = await execute('unshare', ['--mount', 'sh', '-c', hide, 'sh', ...line]);
      expect(stdout).not.toContain('gone');
      const few = 'ulimit -n 6; exec "$@"';
      expect((await execute('sh', ['-c', few, 'sh', ...line])).stdout).not.toContain('gone');
    });
  });

  test('a command that has no shortcut in this state', async () => {
    const { encodeShortcuts } = rig.encoder;
    const instructions = [write(1, 'done')];
    rig.container(
      'ctr',
      encodeShortcuts(gone, [{ command: 'kill', states: ['ended', 'gone'], instructions }]),
    );
    expect((await rig.run('kill', 'ctr')).stdout).toBe('done');
    for (const command of ['start', 'delete', 'state']) {
      expect((await rig.run(command, 'ctr')).stdout).toMatch(/^engine: /);
    }
  });

  describe('operations', () => {
    const missing = openat(AT_FDCWD, '/nowhere', O_RDONLY);
    const file = openat(AT_FDCWD, '/proc/version', O_RDONLY);
    const notDirectory = openat(AT_FDCWD, '/proc/version/x', O_RDONLY);
    const text = out(8);
    const firstLetter = callWithOut('read', text, file, text, 1);
    const tolerant = tolerate(missing, ENOENT);
    const done = write(1, 'done');

    async function isDone(...instructions: readonly Instruction[]): Promise<void> {
      rig.withInstructions('ctr', 'state', [...instructions, done]);
      expect(await rig.run('state', 'ctr')).toMatchObject({ code: 0, stdout: 'done', stderr: '' });
    }

    async function isLeft(...instructions: readonly Instruction[]): Promise<void> {
      rig.withInstructions('ctr', 'state', [...instructions, done]);
      const line = ['--root', rig.root, 'state', 'ctr'];
      expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
    }

    test('what fails is left to the engine, unless the error is tolerated', async () => {
      await isLeft(missing);
      await isDone(tolerant);
      await isDone(tolerate(missing, EACCES, ENOENT));
      await isDone(tolerate(notDirectory, ENOTDIR, ENOENT));
      await isLeft(tolerate(notDirectory, EACCES, ENOENT));
      await isDone(ignoreErrors(notDirectory));
    });

    test('what refers to a failed call is left out', async () => {
      await isDone(tolerant, call('read', tolerant, 0, 0));
      await isDone(tolerant, call('exit_group', tolerant));
      await isLeft(tolerant, rig.encoder.equal(tolerant, 0));
    });

    test('results and memory are compared', async () => {
      const { equal } = rig.encoder;
      await isDone(file, firstLetter, equal(firstLetter, 1));
      await isLeft(file, firstLetter, equal(firstLetter, 0));
      await isDone(file, firstLetter, equal(text, 'L'.charCodeAt(0)));
      await isLeft(file, firstLetter, equal(text, 'M'.charCodeAt(0)));
    });

    test('the process is looked at again', async () => {
      const { check } = rig.encoder;
      await isDone(check('gone'));
      await isDone(check(...states));
      await isLeft(check('killed', 'ended', 'created', 'running'));
      const process = await processes.running();
      for (const [state, found] of [
        ['running', 'done'],
        ['created', 'engine'],
      ] as const) {
        const shortcut = { command: 'state', states, instructions: [check(state), done] } as const;
        rig.container('ctr', rig.encoder.encodeShortcuts(process, [shortcut]));
        expect((await rig.run('state', 'ctr')).stdout).toMatch(new RegExp(`^${found}`));
      }
    });

    test('the engine learns of a connection from which on it has been used', async () => {
      const given = rig.encoder.givingConnection(call('write', 2, 'used ', 5));
      const report = async (...instructions: readonly Instruction[]) => {
        rig.withInstructions('ctr', 'state', instructions);
        const { stderr } = await rig.run('state', 'ctr');
        const [, used, text = ''] = /^(used )?([0-9a-f]+)\n$/.exec(stderr) ?? [];
        vi.stubEnv('TSRUN_CALLER', text);
        return { used: used !== undefined, ...callerReport() };
      };
      expect(await report(given, missing)).toMatchObject({ used: true, startedInit: 2, closedStdio: [] });
      expect(await report(missing, given)).toMatchObject({
        used: false,
        startedInit: undefined,
        cwdDeleted: false,
      });
    });
  });

  test('a signal is sent', async (context) => {
    need(context, 'perl');
    await using running = new Processes();
    const process = await running.running();
    const pidfd = pidfdOpen(process.pid);
    const instructions = [pidfd, call('pidfd_send_signal', pidfd, rig.encoder.givenSignal, 0, 0)];
    const shortcut = { command: 'kill', states: ['running'], instructions } as const;
    rig.container('ctr', rig.encoder.encodeShortcuts(process, [shortcut]));
    expect(await rig.run('kill', 'ctr', 'USR1')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await running.end()).toBe('SIGUSR1');
  });

  test('a container is deleted', async () => {
    const { containerDirectory, stateDirectory } = rig.encoder;
    const paths = ['shortcuts', 'lock'].map((name) => unlinkat(containerDirectory, name));
    rig.withInstructions('ctr2', 'delete', [...paths, unlinkat(stateDirectory, 'ctr2', AT_REMOVEDIR)]);
    expect(await rig.run('delete', 'ctr2')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(rig.root)).not.toContain('ctr2');
  });

  describe('the state directory where none is named', () => {
    const told = { code: 0, stdout: 'state gone', stderr: '' };
    const runtimeDirectory = () => {
      const path = join(rig.path, 'runtime');
      const directory = join(path, 'tsrun/ctr');
      if (existsSync(path)) return path;
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(join(directory, 'shortcuts'), rig.tellingFile(), { mode: 0o600 });
      return path;
    };
    /** With /run/tsrun a copy of the one that is tested with, and the environment. */
    const isolated = (options: readonly string[], ...environment: readonly string[]) => {
      const copy = `mount -t tmpfs none /run && cp -a ${runtimeDirectory()}/tsrun /run && exec "$@"`;
      const line = ['env', '-i', ...environment, ...rig.line(['state', 'ctr'])];
      const path = process.env.PATH ?? '';
      const args = ['--mount', ...options, 'sh', '-c', copy, 'sh', ...line];
      return execute('unshare', args, { env: { PATH: path } });
    };
    const emulatorPath = `PATH=${process.env.PATH}`;

    test('root', async (context) => {
      needRoot(context);
      expect(await isolated([], emulatorPath)).toMatchObject(told);
      expect(await isolated([], emulatorPath, 'XDG_RUNTIME_DIR=/nowhere')).toMatchObject(told);
    });

    test('root of a user namespace', async (context) => {
      needRoot(context);
      const mapped = ['--user', '--map-root-user'];
      const runtime = `XDG_RUNTIME_DIR=${runtimeDirectory()}`;
      expect(await isolated(mapped, emulatorPath, 'USER=root', 'XDG_RUNTIME_DIR=/nowhere')).toMatchObject(
        told,
      );
      expect(await isolated(mapped, emulatorPath, 'USER=other', runtime)).toMatchObject(told);
      expect(await isolated(mapped, emulatorPath, runtime)).toMatchObject(told);
      for (const other of ['USER=roo', 'USER=rooted', 'XDG_RUNTIME_DIR=relative', 'XDG_RUNTIME_DIRS=/']) {
        expect(await isolated(mapped, emulatorPath, other), other).toMatchObject(
          leftToEngine('state', 'ctr'),
        );
      }
    });

    test('an ordinary user', async (context) => {
      needRoot(context);
      const runtime = runtimeDirectory();
      await execute('chown', ['-R', '65534:65534', runtime]);
      const as = ['--reuid=65534', '--regid=65534', '--clear-groups', 'env', '-i', emulatorPath];
      const run = (...environment: readonly string[]) =>
        execute('setpriv', [...as, ...environment, ...rig.line(['state', 'ctr'])]);
      try {
        expect(await run(`XDG_RUNTIME_DIR=${runtime}`)).toMatchObject(told);
        expect(await run('USER=root', `XDG_RUNTIME_DIR=${runtime}/`)).toMatchObject(told);
        for (const other of ['USER=root', 'XDG_RUNTIME_DIR=', `XDG_RUNTIME_DIR=/${'x'.repeat(100_000)}`]) {
          expect(await run(other)).toMatchObject(leftToEngine('state', 'ctr'));
        }
        // What root reads is root's.
        const mine = { ...process.env, XDG_RUNTIME_DIR: runtime } as Record<string, string>;
        const line = rig.line(['--root', `${runtime}/tsrun`, 'state', 'ctr']);
        const { stdout } = await execute(line[0] as string, line.slice(1), { env: mine });
        expect(stdout).toMatch(/^engine: /);
      } finally {
        await execute('chown', ['-R', '0:0', runtime]);
      }
    });
  });
});

function longer({ pid, startTime }: typeof gone): typeof gone {
  return { pid, startTime: startTime.slice(0, -1) };
}
