import { describe, expect, test } from 'vitest';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import { hybrid, nested, unified } from './hosts.ts';

function places(host: HostCgroups, cgroupsPath?: string, systemd = false): string[] {
  return containerCgroups(host, { id: 'web', cgroupsPath, systemd }).directories.map(({ path }) => path);
}

describe('without cgroupsPath', () => {
  test('the id below our own cgroup, in every hierarchy, where there is version 1', () => {
    expect(places(hybrid)).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct/web',
      '/sys/fs/cgroup/cpuset/web',
      '/sys/fs/cgroup/memory/jobs/7/web',
      '/sys/fs/cgroup/devices/web',
      '/sys/fs/cgroup/systemd/web',
      '/sys/fs/cgroup/unified/web',
    ]);
    expect(places(nested)).toEqual(['/sys/fs/cgroup/memory/job/web']);
  });

  test('the id beside our own cgroup on version 2', () => {
    expect(places(unified)).toEqual(['/sys/fs/cgroup/user.slice/user-1000.slice/web']);
  });

  test('the place is not explicit', () => {
    expect(containerCgroups(hybrid, { id: 'web', systemd: false }).explicit).toBe(false);
    expect(containerCgroups(hybrid, { id: 'web', cgroupsPath: '', systemd: false }).explicit).toBe(false);
  });
});

describe('cgroupsPath', () => {
  test('absolute: from the root of each hierarchy', () => {
    expect(places(hybrid, '//a/./b/')).toContain('/sys/fs/cgroup/memory/a/b');
    expect(places(unified, '/a/b')).toEqual(['/sys/fs/cgroup/a/b']);
  });

  test('relative: from our own cgroup', () => {
    expect(places(hybrid, 'a/b')).toContain('/sys/fs/cgroup/memory/jobs/7/a/b');
    expect(places(unified, 'a/b')).toEqual(['/sys/fs/cgroup/user.slice/user-1000.slice/a/b']);
  });

  test.each(['../x', '/a/../../x', '/', './', 'system.slice:runc:web'])('"%s" is refused', (path) => {
    expect(() => places(hybrid, path)).toThrow(RuntimeError);
  });
});

describe("systemd's form", () => {
  test.each([
    ['system.slice:runc:web', '/system.slice/runc-web.scope'],
    ['user-1000.slice:runc:web', '/user.slice/user-1000.slice/runc-web.scope'],
    [':runc:web', '/system.slice/runc-web.scope'],
    ['-.slice::web', '/web.scope'],
    ['a.slice:runc:b.slice', '/a.slice/b.slice'],
    ['', '/system.slice/tsrun-web.scope'],
  ])('"%s" is "%s"', (path, expected) => {
    expect(places(unified, path, true)).toEqual([`/sys/fs/cgroup${expected}`]);
  });

  test('it is said that systemd does not know', () => {
    const { warning } = containerCgroups(unified, { id: 'web', cgroupsPath: 'a.slice:b:c', systemd: true });
    expect(warning).toContain('no systemd manager');
  });

  test.each(['/a/b', 'a:b', 'a--b.slice:b:c', 'noslice:b:c'])('"%s" is refused', (path) => {
    expect(() => places(unified, path, true)).toThrow(RuntimeError);
  });
});
