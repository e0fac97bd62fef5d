import { describe, expect, test } from 'vitest';
import { cgroupOwner, type OwnerRequest, ownerSteps } from '../../../../src/cgroups/v2/owner.ts';
import type { Mount } from '../../../../src/spec/types.ts';

const mount: Mount = {
  destination: '/sys/fs/cgroup/',
  type: 'cgroup',
  source: 'cgroup',
  options: ['nosuid'],
};

function request(change: Partial<OwnerRequest> = {}, uid = 0, mounts = [mount]): OwnerRequest {
  return {
    config: { process: { user: { uid, gid: 3 }, cwd: '/', args: [] }, mounts },
    namespaces: [{ type: 'user' }, { type: 'cgroup' }],
    maps: {
      uid: [
        { containerID: 0, hostID: 5000, size: 10 },
        { containerID: 10, hostID: 90, size: 10 },
      ],
      gid: [{ containerID: 0, hostID: 7000, size: 10 }],
    },
    ...{ outer: undefined, euid: 0 },
    ...change,
  };
}

const nothing = () => '';

describe('the cgroup is given to', () => {
  test.each([
    ["the container's root", 0, 5000],
    ['the user that its process runs as', 12, 92],
    ['nobody where that one has no id outside', 30, undefined],
  ])('%s', (_, uid, expected) => {
    const owner = cgroupOwner(request({}, uid), nothing);
    expect([owner?.uid, owner?.gid]).toEqual([expected, expected && 7003]);
  });

  test('the same user without a user namespace, and root keeps what is theirs', () => {
    const plain = { maps: undefined, namespaces: [{ type: 'cgroup' as const }] };
    expect(cgroupOwner(request(plain, 7), nothing)?.uid).toBe(7);
    expect(cgroupOwner(request(plain), nothing)).toBeUndefined();
  });

  test('the user around it, where the process has a namespace of its own in it', () => {
    expect(cgroupOwner(request({ outer: { uid: 0, gid: 77 } }, 77), nothing)).toMatchObject({
      uid: 5000,
      gid: -1,
    });
  });

  test.each([
    ['without a cgroup namespace', { namespaces: [{ type: 'user' as const }] }],
    [
      'with a joined one',
      { namespaces: [{ type: 'user' as const }, { type: 'cgroup' as const, path: '/x' }] },
    ],
    [
      'with a joined user namespace',
      { namespaces: [{ type: 'user' as const, path: '/x' }, { type: 'cgroup' as const }] },
    ],
    ['by an ordinary user', { euid: 1000 }],
  ])('nobody %s', (_, change) => {
    expect(cgroupOwner(request(change), nothing)).toBeUndefined();
  });

  test.each([
    ['no mount', []],
    ['a read-only one', [{ ...mount, options: ['ro'] }]],
    ['one at another place', [{ ...mount, destination: '/cgroup' }]],
    ['one of something else', [{ ...mount, type: 'tmpfs' }]],
  ])('nobody with %s', (_, mounts) => {
    expect(cgroupOwner(request({}, 0, mounts), nothing)).toBeUndefined();
  });
});

test('the files are those that the kernel lists', () => {
  const files: Record<string, string> = {
    '/sys/kernel/cgroup/delegate': 'cgroup.procs\nmemory.reclaim\n../x\n',
  };
  expect(cgroupOwner(request(), (path) => files[path] ?? '')?.files).toEqual([
    'cgroup.procs',
    'memory.reclaim',
  ]);
  expect(cgroupOwner(request(), nothing)?.files).toEqual([
    ...['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'],
  ]);
});

test('no link is followed', () => {
  const [step] = ownerSteps('/sys/fs/cgroup/web', { uid: 5000, gid: 7000, files: ['cgroup.procs'] });
  if (step?.kind !== 'calls') throw new Error('no calls');
  expect(step.calls.map(({ name, args }) => [name, ...args.slice(1)])).toEqual([
    ['openat', '/sys/fs/cgroup/web', 0o12600000 /* O_PATH, O_CLOEXEC, O_NOFOLLOW, O_DIRECTORY */, 0],
    ['fchownat', '', 5000, 7000, 0x1100],
    ['fchownat', 'cgroup.procs', 5000, 7000, 0x1100],
    ['close'],
  ]);
});
