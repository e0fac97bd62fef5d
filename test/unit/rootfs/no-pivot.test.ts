import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { fullMounts } from '../../../src/host/full-mounts.ts';
import { EBUSY, EINVAL, ENOENT, EPERM } from '../../../src/kernel/errno.ts';
import { hideMounts, refuseUnsafe } from '../../../src/rootfs/no-pivot.ts';
import { failing, text } from './fixture.ts';

describe('without pivot_root(2)', () => {
  const [hide] = hideMounts('/bundle/rootfs', ['/proc']);

  test("the host's procfs and sysfs are hidden, the container's are not", () => {
    const steps = hideMounts('/bundle/rootfs', ['/proc', '/bundle/rootfs/proc', '/a/sys']);
    expect(steps.map(({ name }) => name)).toEqual(['hide the host\'s "/proc"', 'hide the host\'s "/a/sys"']);
    expect(text(steps[0])).toBe('umount2("/proc", MNT_DETACH)');
  });

  test.each([EPERM, EINVAL])('what cannot be unmounted is covered (errno %d)', (errno) => {
    const instead = failing(hide, 'umount2', errno);
    if (instead instanceof RuntimeError) throw instead;
    expect(text(instead[0])).toBe('mount("tmpfs", "/proc", "tmpfs", 0, NULL)');
  });

  test('what is gone is gone', () => {
    expect(failing(hide, 'umount2', ENOENT)).toEqual([]);
    expect(failing(hide, 'umount2', EBUSY)).toBeInstanceOf(RuntimeError);
  });

  test.each(['private', 'rprivate'] as const)('a root that is %s is refused', (propagation) => {
    expect(() => refuseUnsafe(propagation)).toThrow('is not safe without pivot_root(2)');
    expect(() => refuseUnsafe('slave')).not.toThrow();
  });
});

test('a full mount of procfs or sysfs is one of its root', () => {
  const mountinfo = [
    '22 1 0:20 / /proc rw,nosuid shared:5 - proc proc rw',
    '23 22 0:20 /sys /proc/sys ro - proc proc rw',
    '24 1 0:21 / /a\\040b rw - sysfs sysfs rw',
    '25 1 0:22 / /tmp rw - tmpfs tmpfs rw',
    '',
  ].join('\n');
  expect(fullMounts(mountinfo)).toEqual(['/proc', '/a b']);
});
