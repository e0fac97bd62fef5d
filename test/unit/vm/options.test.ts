import { expect, test } from 'vitest';
import { readOptions } from '../../../scripts/vm/options.ts';
import { testRuns } from '../../../scripts/vm/runs.ts';

test('without options everything is run, as both accounts', () => {
  const options = readOptions([]);
  const runs = testRuns(options).map(
    ({ account, jsRuntime, manager }) => `${account} ${jsRuntime} ${manager}`,
  );
  expect(runs).toEqual([
    ...['root quickjs cgroupfs', 'root quickjs systemd', 'root node cgroupfs'],
    ...['user quickjs cgroupfs', 'user quickjs systemd', 'user node cgroupfs'],
  ]);
});

test('files, jsRuntimes and managers are chosen', () => {
  const options = readOptions([
    '--as',
    'user',
    '--cgroup-manager',
    'systemd',
    '--js-runtime',
    'all',
    'pause',
  ]);
  expect(testRuns(options)).toEqual([
    { account: 'user', jsRuntime: 'quickjs', manager: 'systemd', files: ['pause'] },
    { account: 'user', jsRuntime: 'node', manager: 'systemd', files: ['pause'] },
  ]);
  expect(testRuns(readOptions(['--as', 'root', 'ps']))).toEqual([
    { account: 'root', jsRuntime: 'quickjs', manager: 'cgroupfs', files: ['ps'] },
  ]);
});

test('what follows a double dash is a command, and root runs it', () => {
  expect(readOptions(['--keep', '--', 'sh', '-c', 'exit 3', '--', '--as'])).toMatchObject({
    keep: true,
    accounts: ['root'],
    command: ['sh', '-c', 'exit 3', '--', '--as'],
  });
});

test.for([['--as', 'nobody'], ['--js-runtime', 'deno'], ['--cgroup-manager', 'openrc'], ['--what']])(
  '%j is not understood',
  (args) => {
    expect(() => readOptions(args)).toThrow(TypeError);
  },
);
