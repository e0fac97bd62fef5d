import { describe, expect, test } from 'vitest';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import { hybrid, nested, unified } from './hosts.ts';

function places(host: HostCgroups, cgroupsPath?: string): string[] {
  return containerCgroups(host, { id: 'web', cgroupsPath }).directories.map(({ path }) => path);
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
    expect(containerCgroups(hybrid, { id: 'web' }).explicit).toBe(false);
    expect(containerCgroups(hybrid, { id: 'web', cgroupsPath: '' }).explicit).toBe(false);
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

test('the place of a unit of systemd, which is where systemd has it in every hierarchy', () => {
  const request = { id: 'web', cgroupsPath: '', unitPath: '/system.slice/tsrun-web.scope' };
  const { directories, explicit } = containerCgroups(hybrid, request);
  expect(directories.map(({ path }) => path)).toEqual([
    '/sys/fs/cgroup/cpu,cpuacct/system.slice/tsrun-web.scope',
    '/sys/fs/cgroup/cpuset/system.slice/tsrun-web.scope',
    '/sys/fs/cgroup/memory/system.slice/tsrun-web.scope',
    '/sys/fs/cgroup/devices/system.slice/tsrun-web.scope',
    '/sys/fs/cgroup/systemd/system.slice/tsrun-web.scope',
    '/sys/fs/cgroup/unified/system.slice/tsrun-web.scope',
  ]);
  expect(explicit).toBe(true);
});
