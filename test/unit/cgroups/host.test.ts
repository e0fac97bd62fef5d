import { describe, expect, test } from 'vitest';
import { ownDirectory, parseHostCgroups, reachableDirectory } from '../../../src/host/cgroups.ts';
import { covered, hybrid, nested, unified } from './hosts.ts';

describe('the mounted hierarchies', () => {
  test('each is found once, at its first mount', () => {
    expect(hybrid.map(({ mountPoint, controllers }) => [mountPoint, controllers.join()])).toEqual([
      ['/sys/fs/cgroup/cpu,cpuacct', 'cpu,cpuacct'],
      ['/sys/fs/cgroup/cpuset', 'cpuset'],
      ['/sys/fs/cgroup/memory', 'memory'],
      ['/sys/fs/cgroup/devices', 'devices'],
      ['/sys/fs/cgroup/systemd', 'name=systemd'],
      ['/sys/fs/cgroup/unified', ''],
    ]);
    expect(hybrid.map(({ version }) => version)).toEqual([1, 1, 1, 1, 1, 2]);
  });

  test('version 2 alone', () => {
    expect(unified).toEqual([
      {
        version: 2,
        controllers: [],
        mountPoint: '/sys/fs/cgroup',
        root: '/',
        ownPath: '/user.slice/user-1000.slice/session-1.scope',
      },
    ]);
  });

  test('what is covered by version 2 is not there', () => {
    expect(covered.map(({ mountPoint }) => mountPoint)).toEqual(['/sys/fs/cgroup']);
  });

  test('nothing where nothing is mounted, or only listed', () => {
    expect(parseHostCgroups('', '')).toEqual([]);
    expect(parseHostCgroups('4:memory:/\n', '')).toEqual([]);
  });

  test('a space in a mount point', () => {
    const [found] = parseHostCgroups('0::/\n', '9 1 0:1 / /a\\040b rw - cgroup2 cgroup2 rw\n');
    expect(found?.mountPoint).toBe('/a b');
  });
});

test('our own directory is found below the root of what is mounted', () => {
  expect(nested.map(ownDirectory)).toEqual(['/sys/fs/cgroup/memory/job']);
  expect(hybrid.map(ownDirectory).slice(1, 3)).toEqual([
    '/sys/fs/cgroup/cpuset',
    '/sys/fs/cgroup/memory/jobs/7',
  ]);
});

test('our own directory from inside a cgroup namespace that looks upwards', () => {
  const [found] = parseHostCgroups('4:memory:/\n', '35 31 0:32 /../.. /m rw - cgroup cgroup rw,memory\n');
  expect(found && ownDirectory(found)).toBe('/m');
});

test.each([
  ['/', '/', '/m'],
  ['/', '/a/b', '/m/a/b'],
  ['/', '/../a', undefined],
  ['/job', '/job', '/m'],
  ['/job', '/job/a', '/m/a'],
  ['/job', '/jobs', undefined],
  ['/job', '/', undefined],
  ['/..', '/../a', '/m/a'],
])('below "%s", the cgroup "%s" of a process is %s', (root, path, expected) => {
  expect(reachableDirectory({ mountPoint: '/m', root }, path)).toBe(expected);
});
