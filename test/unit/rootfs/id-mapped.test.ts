import { describe, expect, test } from 'vitest';
import type { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { call } from '../../../src/kernel/call.ts';
import { EINVAL, ENOSYS, EPERM } from '../../../src/kernel/errno.ts';
import type { IdMaps } from '../../../src/namespaces/id-map.ts';
import { explainIdMap, idMapNamespaces, isMappedBelow } from '../../../src/rootfs/id-mapped.ts';
import type { Mount } from '../../../src/spec/types.ts';

const MAP = [{ containerID: 0, hostID: 5000, size: 10 }];
const idMaps: IdMaps = {
  uid: { mappings: MAP, pointer: '/linux/uidMappings' },
  gid: { mappings: MAP, pointer: '/linux/gidMappings' },
  denySetgroups: false,
};
const root = { idMaps: undefined, namespaces: [], isRootless: false };
const plain: Mount = { destination: '/a', type: 'bind', source: '/a', options: ['bind'] };
const mapped: Mount = { ...plain, options: ['rbind', 'ridmap'] };
const own: Mount = { ...plain, uidMappings: MAP, gidMappings: MAP };

describe('the user namespace of an id-mapped mount', () => {
  test('is made for its maps, once for all that have the same', () => {
    const { steps, byMount, opened } = idMapNamespaces([plain, own, { ...own, destination: '/b' }], root);
    expect(steps.map(({ name }) => name)).toEqual([
      'make a user namespace for the id map',
      'open the user namespace',
    ]);
    expect([...byMount.keys()]).toEqual([1, 2]);
    expect(opened).toHaveLength(1);
  });

  test("has the container's maps where the mount has none", () => {
    const { steps } = idMapNamespaces([mapped], { ...root, idMaps });
    expect(steps[0]).toMatchObject({
      does: expect.arrayContaining(['write("/proc/PID/uid_map", "0 5000 10\\n")']),
    });
  });

  test('is the one that the container joins', () => {
    const namespaces = [{ type: 'user', path: '/proc/7/ns/user' }] as const;
    const { steps } = idMapNamespaces([mapped], { ...root, namespaces });
    expect(steps.map(({ name }) => name)).toEqual(['open the user namespace "/proc/7/ns/user"']);
  });

  test('is not made where nothing asks for it', () => {
    expect(idMapNamespaces([plain], { ...root, isRootless: true }).steps).toEqual([]);
  });
});

describe('an id map is refused', () => {
  test('without maps', () => {
    expect(() => idMapNamespaces([mapped], root)).toThrow('the mount at "/a" has no id map');
  });

  test('with one of two', () => {
    expect(() => idMapNamespaces([{ ...plain, uidMappings: MAP }], root)).toThrow(
      'only one of its two id maps',
    );
  });

  test('to an ordinary user', () => {
    expect(() => idMapNamespaces([own], { ...root, isRootless: true })).toThrow(
      'cannot map the ids of the mount',
    );
  });

  test.each([
    [EINVAL, 'its filesystem does not support it'],
    [ENOSYS, 'Linux 5.12'],
    [EPERM, 'mapped already'],
  ])('by the kernel with errno %d, with the reason', (errno, reason) => {
    const failure = { call: call('mount_setattr'), errno };
    const error = explainIdMap(mapped, failure, '/mounts/3') as RuntimeError;
    expect(error.details).toMatchObject({
      pointer: '/mounts/3/options/1',
      hint: expect.stringContaining(reason),
    });
  });
});

test('only ridmap maps what is mounted below', () => {
  expect(isMappedBelow(mapped)).toBe(true);
  expect(isMappedBelow({ ...mapped, options: ['rbind', 'idmap'] })).toBe(false);
  expect(isMappedBelow(own)).toBe(false);
});
