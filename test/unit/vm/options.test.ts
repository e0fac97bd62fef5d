import { expect, test } from 'vitest';
import { readOptions } from '../../../scripts/vm/options.ts';
import { testRuns } from '../../../scripts/vm/runs.ts';

test('without options everything is run, as both accounts', () => {
  const options = readOptions([]);
  const runs = testRuns(options).map(({ account, engine, manager }) => `${account} ${engine} ${manager}`);
  expect(runs).toEqual([
    ...['root bun cgroupfs', 'root bun systemd', 'root node cgroupfs'],
    ...['user bun cgroupfs', 'user bun systemd', 'user node cgroupfs'],
  ]);
});

test('files, engines and managers are chosen', () => {
  const options = readOptions(['--as', 'user', '--cgroup-manager', 'systemd', '--engine', 'all', 'pause']);
  expect(testRuns(options)).toEqual([
    { account: 'user', engine: 'bun', manager: 'systemd', files: ['pause'] },
    { account: 'user', engine: 'node', manager: 'systemd', files: ['pause'] },
  ]);
  expect(testRuns(readOptions(['--as', 'root', 'ps']))).toEqual([
    { account: 'root', engine: 'bun', manager: 'cgroupfs', files: ['ps'] },
  ]);
});

test('what follows a double dash is a command, and root runs it', () => {
  expect(readOptions(['--keep', '--', 'sh', '-c', 'exit 3', '--', '--as'])).toMatchObject({
    keep: true,
    accounts: ['root'],
    command: ['sh', '-c', 'exit 3', '--', '--as'],
  });
});

test.for([['--as', 'nobody'], ['--engine', 'deno'], ['--cgroup-manager', 'openrc'], ['--what']])(
  '%j is not understood',
  (args) => {
    expect(() => readOptions(args)).toThrow(TypeError);
  },
);
