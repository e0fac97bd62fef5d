import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { chooseIdMaps } from '../../../src/namespaces/id-maps.ts';
import type { Linux } from '../../../src/spec/types.ts';
import { host, ordinary, root } from './fixture.ts';

const user = { uid: 0, gid: 0 };
const subids = [{ start: 100000, size: 65536 }];
const map = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size });

function errorOf(action: () => unknown): RuntimeError {
  try {
    action();
  } catch (error) {
    if (error instanceof RuntimeError) return error;
  }
  throw new Error('no RuntimeError was thrown');
}

describe('maps of the config', () => {
  const own: Linux = {
    namespaces: [{ type: 'user' }],
    uidMappings: [map(7, 1000, 1)],
    gidMappings: [map(7, 100, 1)],
  };
  const ranges: Linux = {
    namespaces: [{ type: 'user' }],
    uidMappings: [map(0, 1000, 1), map(1, 100000, 65536)],
    gidMappings: [map(0, 100, 1), map(1, 100000, 65536)],
  };

  test('of the own id only are written directly, and nothing is read for them', () => {
    const careful = { ...host(), helper: fail, subordinateRanges: fail, userName: fail };
    const { maps, nested, notices } = chooseIdMaps(own, { uid: 7, gid: 7 }, careful);
    expect(maps).toEqual({
      uid: { mappings: own.uidMappings, pointer: '/linux/uidMappings' },
      gid: { mappings: own.gidMappings, pointer: '/linux/gidMappings' },
      denySetgroups: true,
    });
    expect([nested, notices]).toEqual([undefined, []]);
  });

  test('with ranges are written by the helpers, which keep setgroups', () => {
    const { maps } = chooseIdMaps(ranges, user, host({ helpers: 'privileged' }));
    expect(maps?.uid.helper).toBe('/usr/bin/newuidmap');
    expect(maps?.gid.helper).toBe('/usr/bin/newgidmap');
    expect(maps?.denySetgroups).toBe(false);
  });

  test('with ranges are written by root itself', () => {
    const { maps } = chooseIdMaps(ranges, user, { ...host({ identity: root }), helper: fail });
    expect(maps?.uid.helper).toBeUndefined();
    expect(maps?.denySetgroups).toBe(false);
  });

  test('may mix: the own uid directly, ranges of gids by the helper', () => {
    const { maps } = chooseIdMaps(
      { ...ranges, uidMappings: own.uidMappings ?? [] },
      user,
      host({ helpers: 'privileged' }),
    );
    expect(maps?.uid.helper).toBeUndefined();
    expect(maps?.gid.helper).toBe('/usr/bin/newgidmap');
    expect(maps?.denySetgroups).toBe(false);
  });

  test('with ranges and no helper name the package and the map that works', () => {
    const error = errorOf(() => chooseIdMaps(ranges, user, host()));
    expect(error.code).toBe('rootless');
    expect(error.message).toBe(
      'cannot map the ids 0 → 1000, 1–65536 → 100000–165535: "newuidmap" is not installed',
    );
    expect(error.details.pointer).toBe('/linux/uidMappings');
    expect(error.details.hint).toContain('uidmap');
    expect(error.details.hint).toContain('"hostID": 1000');
  });

  test('of somebody else’s single id need the helper', () => {
    const other = { ...own, uidMappings: [map(0, 1001, 1)] };
    expect(chooseIdMaps(other, user, host({ helpers: 'privileged' })).maps?.uid.helper).toBeDefined();
  });
});

describe('a config without a user namespace', () => {
  const linux: Linux = { namespaces: [{ type: 'mount' }] };

  test('has none under root', () => {
    const chosen = chooseIdMaps(linux, user, host({ identity: root }));
    expect(chosen).toEqual({ namespaces: [{ type: 'mount' }], notices: [] });
  });

  test('gets one with the subordinate ids under an ordinary user, who is told', () => {
    const chosen = chooseIdMaps(linux, user, host({ ranges: subids, helpers: 'privileged' }));
    expect(chosen.namespaces).toEqual([{ type: 'mount' }, { type: 'user' }]);
    expect(chosen.maps?.uid).toEqual({
      mappings: [map(0, 1000, 1), map(1, 100000, 65536)],
      pointer: '',
      helper: '/usr/bin/newuidmap',
    });
    expect(chosen.notices).toEqual([
      {
        message:
          'the config has no user namespace, which uid 1000 needs: one was added, with the uids ' +
          '0 → 1000, 1–65536 → 100000–165535; gids 0 → 100, 1–65536 → 100000–165535',
      },
    ]);
  });

  test.each([
    [{}, '/etc/subuid and /etc/subgid have no line', 'echo'],
    [{ ranges: subids }, '"newuidmap" is not installed', 'uidmap'],
    [{ ranges: subids, helpers: 'unprivileged' }, 'neither setuid root', 'chmod u+s /usr/bin/newuidmap'],
  ] as const)('gets the single id where more cannot be mapped, and why: %j', (fixture, why, hint) => {
    const { maps, notices } = chooseIdMaps(linux, user, host(fixture));
    expect(maps?.uid.mappings).toEqual([map(0, 1000, 1)]);
    expect(maps?.gid.mappings).toEqual([map(0, 100, 1)]);
    expect(maps?.denySetgroups).toBe(true);
    expect(notices[0]?.message).toContain(why);
    expect(notices[0]?.hint).toContain(hint);
  });

  test('and with an id that the chosen map lacks is an error at that id', () => {
    const some = host({ ranges: [{ start: 100000, size: 10 }], helpers: 'privileged' });
    const error = errorOf(() => chooseIdMaps(linux, { uid: 33, gid: 0 }, some));
    expect(error.message).toBe(
      'uid 33 does not exist in the container: its map is 0 → 1000, 1–10 → 100000–100009',
    );
    expect(error.details.pointer).toBe('/process/user/uid');
    const group = errorOf(() => chooseIdMaps(linux, { ...user, additionalGids: [0, 5] }, host()));
    expect(group.details.pointer).toBe('/process/user/additionalGids/1');
  });
});

describe('a process that is not the one id', () => {
  const linux: Linux = { namespaces: [{ type: 'user' }] };
  const single: Linux = { ...linux, uidMappings: [map(0, 1000, 1)], gidMappings: [map(5, 100, 1)] };

  test.each([
    ['of the config', single, { uid: 0, gid: 5 }],
    ['that was chosen', linux, { uid: 0, gid: 0 }],
  ])('runs in a namespace nested in that %s, and it is told', (_, config, outer) => {
    const { maps, nested, notices } = chooseIdMaps(config, { uid: 33, gid: 5 }, host());
    expect(nested).toEqual({ uid: 33, gid: 5, outer });
    expect(maps?.uid.mappings).toEqual([map(0, 1000, 1)]);
    expect(notices.at(-1)?.message).toBe(
      'the container has one id, 0: as uid 33 and gid 5 its process runs in a user namespace nested in it',
    );
  });

  test('does so within rootless podman, whose namespace has one id, too', () => {
    const identity = { ...root, inInitialUserNamespace: false, isRootless: true };
    const inside = (size: number, ids = { uid: 33, gid: 33 }) =>
      chooseIdMaps({ namespaces: [] }, ids, host({ identity, ownIds: [{ start: 0, size }] })).nested;
    expect(inside(1)).toEqual({ uid: 33, gid: 33, outer: { uid: 0, gid: 0 } });
    expect(inside(2)).toBeUndefined();
    expect(inside(1, { uid: 0, gid: 0 })).toBeUndefined();
    expect(chooseIdMaps({}, { uid: 33, gid: 33 }, host({ identity: root })).nested).toBeUndefined();
  });

  test('has no additional groups', () => {
    const error = errorOf(() => chooseIdMaps(single, { uid: 0, gid: 5, additionalGids: [5] }, host()));
    expect(error.message).toContain('cannot set any additional groups in a rootless container');
    expect(error.details.pointer).toBe('/process/user/additionalGids');
  });
});

describe('a user namespace', () => {
  test('without maps gets the same ones, and it is told', () => {
    const { notices, maps } = chooseIdMaps({ namespaces: [{ type: 'user' }] }, user, host());
    expect(maps?.uid.mappings).toEqual([map(0, 1000, 1)]);
    expect(notices[0]?.message).toContain('a user namespace without maps, with the uids 0 → 1000');
  });

  test('that is joined has its maps already', () => {
    const namespaces = [{ type: 'user', path: '/proc/1/ns/user' }] as const;
    const chosen = chooseIdMaps({ namespaces: [...namespaces] }, user, host({ identity: ordinary }));
    expect(chosen.maps).toBeUndefined();
    expect(chosen.namespaces).toEqual(namespaces);
  });
});

function fail(): never {
  throw new Error('this was not to be asked');
}
