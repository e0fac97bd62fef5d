import { expect, test } from 'vitest';
import { createOptions } from '../../../src/cli/commands/bundle-options.ts';
import { execRequest } from '../../../src/cli/commands/exec.ts';
import { globalTable } from '../../../src/cli/global-options.ts';
import { runtimeFrom } from '../../../src/cli/runtime.ts';
import { silentLog } from '../../../src/log/log.ts';

test('what is not asked of create is absent or off', () => {
  expect(createOptions('c', { bundle: '.' })).toEqual({
    id: 'c',
    bundle: process.cwd(),
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
  });
  expect(Object.keys(createOptions('c', { bundle: '.' }))).not.toContain('pidFile');
});

test('paths are made absolute', () => {
  const here = process.cwd();
  expect(
    createOptions('c', { bundle: 'b', config: 'c.json', 'pid-file': 'p', 'console-socket': '/s/../t' }),
  ).toMatchObject({
    bundle: `${here}/b`,
    config: `${here}/c.json`,
    pidFile: `${here}/p`,
    consoleSocket: '/t',
  });
});

test('exec gets its request', () => {
  const options = {
    user: '1:2',
    env: ['A=1'],
    'additional-gids': ['3', '4'],
    cap: ['CAP_KILL'],
    tty: true,
    cwd: '/',
  };
  expect(execRequest(options, ['sh', '-c', 'true'])).toEqual({
    args: ['sh', '-c', 'true'],
    cwd: '/',
    env: ['A=1'],
    user: { uid: 1, gid: 2 },
    additionalGids: [3, 4],
    tty: true,
    detach: false,
    preserveFds: 0,
    caps: ['CAP_KILL'],
    ignorePaused: false,
  });
});

test('two dashes between container and command are dropped', () => {
  expect(execRequest({}, ['--', 'ls', '--']).args).toEqual(['ls', '--']);
});

test.each(['A', '=A', ''])('the environment has no %j', (text) => {
  expect(() => execRequest({ env: ['B=', text] }, ['true'])).toThrow('invalid environment variable');
});

test('exec with a process file needs no command', () => {
  expect(execRequest({ process: '/p.json' }, [])).toMatchObject({ processFile: '/p.json', args: [] });
  expect(() => execRequest({}, [])).toThrow('exec needs a command');
  expect(() => execRequest({}, ['--'])).toThrow('exec needs a command');
});

test.each([
  [{}, { systemdCgroup: false, cgroupManager: 'cgroupfs', rootless: 'auto', rootIsDefault: true }],
  [{ 'systemd-cgroup': true }, { systemdCgroup: true, cgroupManager: 'systemd' }],
  [
    { 'systemd-cgroup': true, 'cgroup-manager': 'disabled' },
    { systemdCgroup: false, cgroupManager: 'disabled' },
  ],
  [{ root: 'state' }, { root: `${process.cwd()}/state`, rootIsDefault: false }],
  [{ rootless: 'true' }, { rootless: 'true' }],
] as const)('global options %j', (options, runtime) => {
  expect(runtimeFrom({ ...globalTable.defaults, ...options }, silentLog)).toMatchObject(runtime);
});

test.each(['/', '', '/x/..', '//'])('the root %j is refused', (root) => {
  expect(() => runtimeFrom({ ...globalTable.defaults, root }, silentLog)).toThrow('invalid --root');
});
