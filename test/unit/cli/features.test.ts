import { expect, test } from 'vitest';
import { tsrun } from './tsrun.ts';

test('features are JSON alone, in the shape of the specification', () => {
  const { status, stdout, stderr } = tsrun(['features']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    ociVersionMin: '1.0.0',
    ociVersionMax: '1.3.0',
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: expect.arrayContaining(['bind', 'ro', 'rro', 'rprivate']),
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'],
      capabilities: expect.arrayContaining(['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE']),
      seccomp: { enabled: false },
    },
    potentiallyUnsafeConfigAnnotations: expect.arrayContaining(['org.tsrun.overlay']),
  });
});
