import { describe, expect, test } from 'vitest';
import { type CgroupMountContext, cgroupMountSteps } from '../../../src/cgroups/mount.ts';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import type { CallStep, Step } from '../../../src/init/step.ts';
import type { Call } from '../../../src/kernel/call.ts';
import { EACCES, ENOENT, EPERM } from '../../../src/kernel/errno.ts';
import { silentLog } from '../../../src/log/log.ts';
import { hybrid, unified } from './hosts.ts';
import { shortCalls } from './recorded.ts';

const mount = { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro', 'nosuid'] };

function context(host: HostCgroups, newCgroupNamespace: boolean): CgroupMountContext {
  return {
    root: 9,
    host,
    cgroups: containerCgroups(host, { id: 'web' }),
    newCgroupNamespace,
    log: silentLog,
  };
}

function calls(host: HostCgroups, newCgroupNamespace: boolean, type = 'cgroup'): string[] {
  return shortCalls(cgroupMountSteps({ ...mount, type }, 0, context(host, newCgroupNamespace)));
}

describe('version 1', () => {
  test("the container's own directories are bound below a tmpfs, version 2 is not", () => {
    const made = calls(hybrid, false);
    expect(made.filter((call) => call.startsWith('open_tree'))).toEqual([
      'open_tree /sys/fs/cgroup/cpu,cpuacct/web',
      'open_tree /sys/fs/cgroup/cpuset/web',
      'open_tree /sys/fs/cgroup/memory/jobs/7/web',
      'open_tree /sys/fs/cgroup/devices/web',
      'open_tree /sys/fs/cgroup/systemd/web',
    ]);
    expect(made).toContain('fsopen tmpfs');
    expect(made).not.toContain('fsopen cgroup');
  });

  test('merged controllers are reached by each name', () => {
    expect(calls(hybrid, false).filter((call) => call.startsWith('symlinkat'))).toEqual([
      'symlinkat cpu,cpuacct cpu',
      'symlinkat cpu,cpuacct cpuacct',
    ]);
  });

  test('nobody makes entries between the hierarchies', () => {
    expect(calls(hybrid, false)).toContain('mount_setattr ');
    const writable = shortCalls(cgroupMountSteps({ ...mount, options: [] }, 0, context(hybrid, true)));
    expect(writable).not.toContain('mount_setattr ');
    expect(writable.some((call) => call.startsWith('fchmodat'))).toBe(true);
  });

  test('a new cgroup namespace has new mounts', () => {
    const made = calls(hybrid, true);
    expect(made.filter((call) => call.startsWith('fsopen cgroup'))).toHaveLength(5);
    expect(made).toContain('fsconfig cpuacct');
    expect(made).toContain('fsconfig name systemd');
  });
});

describe('version 2', () => {
  test('is one mount', () => {
    expect(calls(unified, true)).toContain('fsopen cgroup2');
    expect(calls(unified, false)).toContain('open_tree /sys/fs/cgroup/user.slice/user-1000.slice/web');
    expect(calls(unified, false)).not.toContain('fsopen tmpfs');
  });

  test('can be asked for beside version 1', () => {
    expect(calls(hybrid, false, 'cgroup2')).toContain('open_tree /sys/fs/cgroup/unified/web');
  });
});

describe('when it fails', () => {
  function recovered(host: HostCgroups, newCgroupNamespace: boolean, name: string, errno: number): string[] {
    const [step] = cgroupMountSteps(mount, 0, context(host, newCgroupNamespace)) as CallStep[];
    const call = step?.calls.find((one) => one.name === name);
    const steps = call && step?.recover?.({ call, errno });
    return Array.isArray(steps) ? shortCalls(steps) : [];
  }

  test("without a cgroup of the container's own, ours is bound, and nothing can be written there", () => {
    const made = recovered(unified, false, 'open_tree', EACCES);
    expect(made).toContain('open_tree /sys/fs/cgroup/user.slice/user-1000.slice/session-1.scope');
    expect(made).toContain('mount_setattr ');
  });

  test('what cannot be reached at all is covered, and that is said', () => {
    const warnings: string[] = [];
    const log = { debug() {}, warning: (message: string) => warnings.push(message) };
    const none = { ...context(unified, false), cgroups: { directories: [] }, log };
    const [step] = cgroupMountSteps(mount, 0, none) as CallStep[];
    const failed = step?.calls.find(({ name }) => name === 'open_tree') as Call;
    const made = shortCalls(step?.recover?.({ call: failed, errno: ENOENT }) as Step[]);
    expect(made).toContain('fsopen tmpfs');
    expect(made.filter((name) => name.startsWith('move_mount'))).toHaveLength(1);
    expect(warnings).toEqual([
      '"/sys/fs/cgroup" is empty: the container\'s cgroup cannot be reached from here',
    ]);
  });

  test('a mount that is refused becomes a bind', () => {
    expect(recovered(unified, true, 'fsmount', EPERM)).toContain(
      'open_tree /sys/fs/cgroup/user.slice/user-1000.slice/web',
    );
  });
});
