import { describe, expect, test } from 'vitest';
import { recordProblem } from '../../../../src/container/record/shape.ts';
import type { StateRecord } from '../../../../src/container/state-record.ts';

const record: StateRecord = {
  version: 1,
  ociVersion: '1.3.0',
  id: 'web',
  phase: 'created',
  pid: 4711,
  startTime: '123456',
  bundle: '/b',
  rootfs: '/b/rootfs',
  created: '2026-01-31T12:00:00.000000000Z',
  ownerUid: 0,
  cgroups: ['/sys/fs/cgroup/web'],
  freezer: '/sys/fs/cgroup/web/cgroup.freeze',
  idMaps: {
    uid: { mappings: [{ containerID: 0, hostID: 1000, size: 1 }], pointer: '', helper: '/usr/bin/newuidmap' },
    gid: { mappings: [], pointer: '' },
    denySetgroups: false,
  },
  systemd: { name: 'tsrun-web.scope', manager: 'user', bus: { address: 'unix:path=/bus', direct: false } },
  userNamespace: true,
  hasPoststop: false,
  preserveFds: 0,
  capabilities: '1ff',
};

describe('the shape of a record', () => {
  test('is right with and without what is optional', () => {
    expect(recordProblem(record)).toBeUndefined();
    const { freezer: _, idMaps: __, systemd: ___, ...least } = record;
    expect(recordProblem(least)).toBeUndefined();
    expect(recordProblem({ ...record, unknown: 1 })).toBeUndefined();
  });

  test.for([
    ['an array', [], 'expected an object'],
    ['nothing', null, 'expected an object'],
    ['a missing member', { ...record, pid: undefined }, 'expected a whole number at "pid"'],
    ['a fraction', { ...record, pid: 1.5 }, 'expected a whole number at "pid"'],
    ['text with NUL', { ...record, bundle: '/b\0' }, 'expected a string at "bundle"'],
    ['a way up', { ...record, cgroups: ['/a/../b'] }, 'expected an absolute path without ".." at "cgroups"'],
    [
      'another helper',
      { ...record, idMaps: { ...record.idMaps, gid: { mappings: [], helper: '/bin/sh' } } },
      'newgidmap at "helper" at "gid" at "idMaps"',
    ],
    [
      'a service',
      { ...record, systemd: { ...record.systemd, name: 'sshd.service' } },
      'a scope at "name" at "systemd"',
    ],
  ] as const)('is wrong with %s', ([, value, problem]) => {
    expect(recordProblem(value)).toContain(problem);
  });
});
