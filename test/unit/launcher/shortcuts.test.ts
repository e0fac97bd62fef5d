/** Which command lines the launcher takes itself, and which files it believes; the rest is left to the engine. */
import { chmodSync, chownSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signalNames } from '../../../src/process/signals.ts';
import { execute } from '../../setup/execute.ts';
import { needRoot } from '../../setup/needs.ts';
import {
  commands,
  exitWith,
  leftToEngine,
  machines,
  type ShortcutRig,
  shortcutRig,
} from '../../setup/shortcut-rig.ts';

describe.each(machines)('%s', (_, arch) => {
  let rig: ShortcutRig;
  beforeAll(async () => {
    rig = await shortcutRig(arch);
    rig.container('ctr', rig.tellingFile());
  });
  afterAll(() => rig[Symbol.dispose]());
  beforeEach((context) => rig.needs(context));

  const told = (command: string) => ({ code: 0, stdout: `${command} gone`, stderr: '' });

  test('forms of a command line', async () => {
    const { root } = rig;
    for (const [command, ...args] of [
      ['state', `--root=${root}`, 'state', 'ctr'],
      ['state', '--root', `${root}/`, 'state', 'ctr'],
      ['state', '--root', '/nowhere', '--root', root, 'state', 'ctr'],
      ['start', '--log', '/nowhere', '--root', root, 'start', 'ctr'],
      ['kill', '--log=/nowhere', '--root', root, 'kill', 'ctr'],
      ['kill', '--root', root, '--log-format', 'json', 'kill', 'ctr', 'TERM'],
      ['state', '--root', root, '--log-format=text', '--systemd-cgroup', 'state', 'ctr'],
      ['delete', '--log', 'delete', '--root', root, 'delete', 'ctr'],
      ['delete --force', '--root', root, 'delete', '--force', 'ctr'],
      ['delete --force', '--root', root, 'delete', 'ctr', '-f'],
    ]) {
      expect(await rig.runWith(args), args.join(' ')).toMatchObject(told(command as string));
    }
  });

  test('ids', async () => {
    for (const id of ['0', '_', 'A.b-c+d_e', 'z'.repeat(255)]) {
      rig.container(id, rig.tellingFile());
      expect(await rig.run('state', id)).toMatchObject(told('state'));
    }
  });

  test('other words', async () => {
    const { root } = rig;
    for (const words of [
      ['--root'],
      ['--root', root],
      ['--root', root, 'state'],
      ['--root=', 'state', 'ctr'],
      ['--root', '', 'state', 'ctr'],
      ['--root', 'relative', 'state', 'ctr'],
      ['--root', '/nowhere', 'state', 'ctr'],
      ['--root', `${root}/../root`, 'state', 'ctr'],
      ['--rootless', 'true', '--root', root, 'state', 'ctr'],
      ['--roo', root, 'state', 'ctr'],
      ['-root', root, 'state', 'ctr'],
      ...[
        ['--debug', 'state', 'ctr'],
        ['--log'],
        ['--logs', 'x', 'state', 'ctr'],
        ['--log-format', 'xml', 'state', 'ctr'],
        ['--log-format=', 'state', 'ctr'],
        ['--log-format', 'jso', 'state', 'ctr'],
        ['--log-level', 'debug', 'state', 'ctr'],
        ['--systemd-cgroup=false', 'state', 'ctr'],
        ['--', 'state', 'ctr'],
        ['-', 'state', 'ctr'],
        ['', 'state', 'ctr'],
        ['list', 'ctr'],
        ['stat', 'ctr'],
        ['states', 'ctr'],
        ['state', 'ctr', 'ctr'],
        ['state', 'ctr', ''],
        ['state', '--help'],
        ['state', '--', 'ctr'],
        ['start', '--force', 'ctr'],
        ['delete', '-x', 'ctr'],
        ['delete', '--force=true', 'ctr'],
        ['delete', '--forced', 'ctr'],
        ['kill', '--all', 'ctr'],
        ['kill', 'ctr', '-9'],
        ['kill', 'ctr', 'TERM', 'TERM'],
      ].map((line) => ['--root', root, ...line]),
    ]) {
      expect(await rig.runWith(words), words.join(' ')).toMatchObject(leftToEngine(...words));
    }
  });

  test('what is no id', async () => {
    const wrong = [
      '',
      '.',
      '..',
      '.ctr',
      '../ctr',
      './ctr',
      'ctr/',
      '/ctr',
      '-ctr',
      '+ctr',
      'ctr ',
      'cträ',
      'ctr\n',
    ];
    for (const id of [...wrong, 'z'.repeat(256), 'z'.repeat(100_000), 'other']) {
      expect((await rig.run('state', id)).stdout, id).toMatch(/^engine: --root /);
    }
    expect((await rig.runWith([])).stdout).toBe('engine: \n');
  });

  test('signals', async () => {
    rig.withInstructions('signalled', 'kill', [exitWith(rig.encoder.givenSignal)]);
    const statusOf = async (signal: string) => (await rig.run('kill', 'signalled', signal)).code;
    for (const [index, name] of signalNames.entries()) {
      expect(await statusOf(name), name).toBe(index + 1);
      expect(await statusOf(name.slice('SIG'.length)), name).toBe(index + 1);
    }
    for (const number of ['1', '9', '64', '009', '10']) expect(await statusOf(number)).toBe(Number(number));
    expect((await rig.run('kill', 'signalled')).code).toBe(15);
    const others = [
      '',
      'SIG',
      'SIGSIGTERM',
      'SIG9',
      'sigterm',
      'KIL',
      'KILLL',
      'RTMIN',
      '65',
      '0009',
      '9x',
      ' 9',
    ];
    for (const signal of [...others, '4294967305', '18446744073709551625']) {
      const line = ['--root', rig.root, 'kill', 'signalled', signal];
      expect(await rig.runWith(line), signal).toMatchObject(leftToEngine(...line));
    }
  });

  test('a closed standard stream is told by the engine', async () => {
    for (const closed of ['0<&-', '1>&-']) {
      const line = rig.line(['--root', rig.root, 'state', 'ctr']);
      const { stdout, stderr } = await execute('/bin/sh', ['-c', `exec "$@" ${closed}`, 'sh', ...line]);
      expect(stdout).not.toContain('gone');
      expect(stderr).toMatch(/^[0-9a-f]{112}\n$/);
    }
  });

  describe('files that are not believed', () => {
    const spoiled: readonly (readonly [string, (file: string) => void])[] = [
      ['none', (file) => rmSync(file)],
      ['an empty one', (file) => truncateSync(file)],
      ['one of another layout', (file) => writeFileSync(file, spoil(rig.tellingFile()))],
      ['one that goes on', (file) => writeFileSync(file, 'more', { flag: 'a' })],
      ['a symbolic link', (file) => symlink(file)],
      ['what a group can write to', (file) => chmodSync(file, 0o620)],
      ['what others can write to', (file) => chmodSync(file, 0o602)],
      ['one in a directory that a group can write to', (file) => chmodSync(dirname(file), 0o720)],
      ['one in a directory that others can write to', (file) => chmodSync(dirname(file), 0o702)],
    ];

    test.each(spoiled)('%s', async (_, change) => {
      const file = rig.container('spoiled', rig.tellingFile());
      change(file);
      const line = ['--root', rig.root, 'state', 'spoiled'];
      expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
      rmSync(join(rig.root, 'spoiled'), { recursive: true });
    });

    test('one that was cut', async () => {
      const whole = rig.tellingFile();
      const line = ['--root', rig.root, 'state', 'cut'];
      for (const length of [1, 7, 8, 12, 16, 40, 56, 200, whole.length - 1]) {
        rig.container('cut', whole.subarray(0, length));
        expect(await rig.runWith(line), `${length} bytes`).toMatchObject(leftToEngine(...line));
      }
    });

    test("somebody else's", async (context) => {
      needRoot(context);
      chownSync(rig.container('others', rig.tellingFile()), 65534, 65534);
      const line = ['--root', rig.root, 'state', 'others'];
      expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
    });

    test('any, in a state directory that others can write to', async () => {
      const line = ['--root', rig.root, 'state', 'ctr'];
      for (const mode of [0o1777, 0o720]) {
        chmodSync(rig.root, mode);
        expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
      }
      chmodSync(rig.root, 0o1711);
      expect(await rig.runWith(line)).toMatchObject(told('state'));
    });

    test('any, where the directory of the container is a symbolic link', async () => {
      symlinkSync('ctr', join(rig.root, 'link'));
      const line = ['--root', rig.root, 'state', 'link'];
      expect(await rig.runWith(line)).toMatchObject(leftToEngine(...line));
    });
  });

  test('start and delete need the lock', async () => {
    rig.container('unlocked', rig.tellingFile());
    const lock = join(rig.root, 'unlocked/lock');
    chmodSync(lock, 0o666);
    const done = async () => {
      const results = await Promise.all(
        commands.map((command) => rig.run(...command.split(' '), 'unlocked')),
      );
      return commands.filter((command, index) => results[index]?.stdout === `${command} gone`);
    };
    expect(await done()).toEqual(['state', 'kill']);
    rmSync(lock);
    expect(await done()).toEqual(['state', 'kill']);
  });
});

function spoil(file: Uint8Array): Uint8Array {
  file[7] = (file[7] ?? 0) + 1;
  return file;
}

function symlink(file: string): void {
  rmSync(file);
  symlinkSync('../ctr/shortcuts', file);
}
