import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { Step } from '../../../src/init/step.ts';
import { CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUSER } from '../../../src/kernel/constants/process.ts';
import { cgroupNamespaceSteps } from '../../../src/namespaces/cgroup-namespace.ts';
import { hostnameSteps } from '../../../src/namespaces/hostname.ts';
import { isNew, joined, newNamespaceFlags } from '../../../src/namespaces/kinds.ts';
import { loopbackSteps } from '../../../src/namespaces/loopback.ts';
import { offsetLines, timeNamespaceSteps } from '../../../src/namespaces/time-offsets.ts';
import { idMapStep } from '../../../src/namespaces/write-id-maps.ts';
import { ordinary } from './fixture.ts';

function calls(steps: readonly Step[]): readonly string[] {
  return steps.flatMap((step) =>
    step.kind === 'calls' ? step.calls.map(({ name }) => `${step.actor}: ${name}`) : [],
  );
}

describe('namespaces', () => {
  const namespaces = [
    { type: 'network' },
    { type: 'cgroup' },
    { type: 'time' },
    { type: 'user' },
    { type: 'mount', path: '' },
    { type: 'uts', path: '/u' },
  ] as const;

  test('that are new are cloned, but cgroup and time', () => {
    expect(newNamespaceFlags(namespaces)).toBe(CLONE_NEWNET | CLONE_NEWUSER | CLONE_NEWNS);
    expect(isNew(namespaces, 'uts')).toBe(false);
  });

  test('with a path are joined', () => {
    expect(joined(namespaces)).toMatchObject([{ path: '/u', pointer: '/linux/namespaces/5/path' }]);
  });

  test('of cgroups are unshared by the init', () => {
    expect(calls(cgroupNamespaceSteps(namespaces))).toEqual(['init: unshare']);
    expect(cgroupNamespaceSteps([{ type: 'cgroup', path: '/c' }])).toEqual([]);
  });
});

describe('the loopback interface', () => {
  test('is brought up in a new network namespace only', () => {
    expect(calls(loopbackSteps([{ type: 'network' }]))).toEqual([
      'init: socket',
      'init: ioctl',
      'init: close',
    ]);
    expect(loopbackSteps([{ type: 'network', path: '/n' }])).toEqual([]);
    expect(loopbackSteps([])).toEqual([]);
  });
});

describe('names', () => {
  test('are set where there are any', () => {
    expect(calls(hostnameSteps({ hostname: 'box', domainname: 'example.org' }))).toEqual([
      'init: sethostname',
      'init: setdomainname',
    ]);
    expect(hostnameSteps({ hostname: '' })).toEqual([]);
  });
});

describe('the time namespace', () => {
  test('has its clocks set between unshare and the next clone', () => {
    const steps = timeNamespaceSteps([{ type: 'time' }], { timeOffsets: { boottime: { secs: 1 } } });
    expect(calls(steps)).toEqual(['stub: unshare', 'stub: openat', 'stub: write', 'stub: close']);
  });

  test('belongs to the new user namespace', () => {
    expect(calls(timeNamespaceSteps([{ type: 'time' }, { type: 'user' }], {}))).toEqual(['userns: unshare']);
  });

  test('is left alone where it is joined', () => {
    expect(timeNamespaceSteps([{ type: 'time', path: '/t' }], {})).toEqual([]);
  });

  test('takes offsets in the kernel’s format', () => {
    expect(
      offsetLines({ monotonic: { secs: -3, nanosecs: 7 }, boottime: { secs: 2n ** 53n } as never }),
    ).toBe('monotonic -3 7\nboottime 9007199254740992 0\n');
    expect(offsetLines({})).toBe('');
  });
});

describe('the step that writes id maps', () => {
  const range = { containerID: 1, hostID: 100000, size: 65536 };

  test('says what it does', () => {
    const uid = { mappings: [range], pointer: '/linux/uidMappings', helper: '/usr/bin/newuidmap' };
    const gid = { mappings: [{ containerID: 0, hostID: 100, size: 1 }], pointer: '/linux/gidMappings' };
    expect(idMapStep({ uid, gid, denySetgroups: true }, ordinary).does).toEqual([
      'write("/proc/PID/setgroups", "deny")',
      'execve("/usr/bin/newuidmap", ["newuidmap", "PID", "1", "100000", "65536"], [])',
      'write("/proc/PID/gid_map", "0 100 1\\n")',
    ]);
  });

  test.each([341, 300])('refuses a map that the kernel would: %i lines', (lines) => {
    const mappings = Array.from({ length: lines }, (_, index) => ({ ...range, hostID: 100000 + index }));
    const map = { mappings, pointer: '/linux/uidMappings' };
    expect(() => idMapStep({ uid: map, gid: map, denySetgroups: false }, ordinary)).toThrow(RuntimeError);
  });
});
