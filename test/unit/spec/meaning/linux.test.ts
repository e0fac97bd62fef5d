import { describe, expect, test } from 'vitest';
import { load, type Mutable, messageFor, validConfig, warningsFor } from '../fixture.ts';

const MAP = { containerID: 0, hostID: 1000, size: 10 };

function withUserNamespace(config: Mutable): void {
  config.linux.namespaces.push({ type: 'user' });
  Object.assign(config.linux, { uidMappings: [MAP], gidMappings: [MAP] });
}

describe('namespaces', () => {
  test('are joined by absolute paths', async () => {
    const text = await messageFor(({ linux }) =>
      linux.namespaces.push({ type: 'user', path: 'proc/1/ns/user' }),
    );
    expect(text).toContain('/linux/namespaces/5/path: expected an absolute path');
  });

  test('with an empty path are new ones', () => {
    const config = validConfig();
    config.linux?.namespaces?.push({ type: 'cgroup', path: '' });
    expect(load(JSON.stringify(config))).toEqual(config);
  });

  test('of unknown types get the type that was meant', async () => {
    const text = await messageFor(({ linux }) => linux.namespaces.push({ type: 'mnt' }));
    expect(text).toContain('did you mean "mount"?');
  });

  test('of uts are needed for hostname and domainname', async () => {
    const text = await messageFor((config) => {
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'uts');
      config.domainname = 'example';
    });
    expect(text).toContain(
      '/hostname: expected no hostname without a uts namespace, found the string "tsrun"',
    );
    expect(text).toContain('/domainname: expected no domainname without a uts namespace');
  });

  test('of time are needed for offsets, of known clocks', async () => {
    const timeOffsets = { monotonic: { secs: 1, nanosecs: 1e9 }, bootime: {} };
    const text = await messageFor(({ linux }) => Object.assign(linux, { timeOffsets }));
    expect(text).toContain('/linux/timeOffsets: expected no offsets without a time namespace');
    expect(text).toContain('/linux/timeOffsets/monotonic/nanosecs: expected less than a second');
    expect(text).toContain('/linux/timeOffsets/bootime: ');
    expect(text).toContain('did you mean "boottime"?');
  });
});

describe('id maps', () => {
  test('need a user namespace', async () => {
    expect(await messageFor(({ linux }) => Object.assign(linux, { uidMappings: [MAP] }))).toBe(
      '/linux/uidMappings: expected no maps without a user namespace, found some; ' +
        'add {"type": "user"} to /linux/namespaces, or remove them',
    );
  });

  test('must hold the ids of the process', async () => {
    const text = await messageFor((config) => {
      withUserNamespace(config);
      config.process.user = { uid: 10, gid: 9, additionalGids: [0, 77] };
    });
    expect(text).toContain(
      '/process/user/uid: expected an id in /linux/uidMappings (0–9), found the number 10',
    );
    expect(text).toContain(
      '/process/user/additionalGids/1: expected an id in /linux/gidMappings (0–9), found the number 77',
    );
    expect(text).not.toContain('/process/user/gid');
    expect(text).not.toContain('additionalGids/0');
  });

  test('with one id hold every user: it gets a namespace nested in that', () => {
    const config = validConfig();
    const single = [{ containerID: 0, hostID: 1000, size: 1 }];
    config.linux?.namespaces?.push({ type: 'user' });
    Object.assign(config.linux ?? {}, { uidMappings: single, gidMappings: single });
    config.process.user.uid = 500;
    expect(load(JSON.stringify(config))).toEqual(config);
  });

  test('of a namespace that is joined are not compared with the ids of the process', () => {
    const config = validConfig();
    config.linux?.namespaces?.push({ type: 'user', path: '/proc/1/ns/user' });
    Object.assign(config.linux ?? {}, { uidMappings: [MAP], gidMappings: [MAP] });
    config.process.user.uid = 500;
    expect(load(JSON.stringify(config))).toEqual(config);
  });

  test.each([
    ['size 0', { containerID: 20, hostID: 20, size: 0 }, '/linux/uidMappings/1/size: expected at least 1'],
    [
      'container ids twice',
      { containerID: 9, hostID: 20, size: 1 },
      'found an overlap of its containerID range with [0]',
    ],
    [
      'host ids twice',
      { containerID: 20, hostID: 991, size: 10 },
      'found an overlap of its hostID range with [0]',
    ],
    [
      'ids too large',
      { containerID: 20, hostID: 4294967290, size: 10 },
      '/linux/uidMappings/1: expected ids below 4294967295',
    ],
  ])('with %s are refused', async (_title, map, words) => {
    const text = await messageFor((config) => {
      withUserNamespace(config);
      config.linux.uidMappings = [MAP, map];
    });
    expect(text).toContain(words);
  });

  test('may map every id to itself', () => {
    const config = validConfig();
    const all = { containerID: 0, hostID: 0, size: 4294967295 };
    config.linux?.namespaces?.push({ type: 'user' });
    Object.assign(config.linux ?? {}, { uidMappings: [all], gidMappings: [all] });
    expect(load(JSON.stringify(config))).toEqual(config);
  });
});

test('masked and read-only paths are absolute', async () => {
  const paths = { maskedPaths: ['proc/kcore'], readonlyPaths: ['/proc/sys', ''] };
  const text = await messageFor(({ linux }) => Object.assign(linux, paths));
  expect(text).toContain(
    '/linux/maskedPaths/0: expected an absolute path, found the string "proc/kcore"; did you mean "/proc/kcore"?',
  );
  expect(text).toContain('/linux/readonlyPaths/1: expected an absolute path, found the string ""');
});

test('the propagation of the root is one that mount(8) knows', async () => {
  expect(await messageFor(({ linux }) => Object.assign(linux, { rootfsPropagation: 'rpivate' }))).toContain(
    '/linux/rootfsPropagation: expected one of "private", "shared", "slave", "unbindable"',
  );
});

test('device rules use the letters r, w and m', async () => {
  const devices = [{ allow: true, access: 'xy' }];
  expect(await messageFor(({ linux }) => Object.assign(linux.resources, { devices }))).toBe(
    '/linux/resources/devices/0/access: expected some of the letters r, w, m, found the string "xy"',
  );
});

test('other letters beside them are ignored, as by runc, and told', () => {
  const devices = [{ allow: false, access: 'rwa' }];
  expect(warningsFor(({ linux }) => void Object.assign(linux.resources, { devices }))).toEqual([
    '/linux/resources/devices/0/access: expected some of the letters r, w, m, found the string "rwa"; the others are ignored',
  ]);
});

describe('the memory policy', () => {
  test.each([
    [
      { mode: 'MPOL_BIND', nodes: '0-' },
      'nodes: expected a list of nodes such as "0-3,7", found the string "0-"',
    ],
    [{ mode: 'MPOL_BIND' }, 'nodes: expected at least one node with MPOL_BIND, found none'],
    [{ mode: 'MPOL_LOCAL', nodes: '0' }, 'nodes: expected none with MPOL_LOCAL, found the string "0"'],
    [
      { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES', 'MPOL_F_RELATIVE_NODES'] },
      'flags/1: expected not both MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES, found both',
    ],
    [
      { mode: 'MPOL_INTERLEAVE', nodes: '0', flags: ['MPOL_F_NUMA_BALANCING'] },
      'flags/0: expected no MPOL_F_NUMA_BALANCING with MPOL_INTERLEAVE',
    ],
    [{ mode: 'MPOL_PREFERRED', flags: ['MPOL_F_STATIC_NODES'] }, 'nodes: expected at least one node'],
  ])('%j is refused', async (memoryPolicy, text) => {
    expect(await messageFor(({ linux }) => Object.assign(linux, { memoryPolicy }))).toContain(
      `/linux/memoryPolicy/${text}`,
    );
  });

  test.each([
    { mode: 'MPOL_DEFAULT' },
    { mode: 'MPOL_LOCAL', nodes: '' },
    { mode: 'MPOL_PREFERRED' },
    { mode: 'MPOL_BIND', nodes: '0-1,3', flags: ['MPOL_F_NUMA_BALANCING', 'MPOL_F_STATIC_NODES'] },
  ])('%j is taken', (memoryPolicy) => {
    const config = validConfig();
    Object.assign(config.linux ?? {}, { memoryPolicy });
    expect(load(JSON.stringify(config)).linux?.memoryPolicy).toEqual(memoryPolicy);
  });
});

test('a personality has no flags', async () => {
  const personality = { domain: 'LINUX32', flags: ['ADDR_NO_RANDOMIZE'] };
  expect(await messageFor(({ linux }) => Object.assign(linux, { personality }))).toBe(
    '/linux/personality/flags/0: expected no flags, found the string "ADDR_NO_RANDOMIZE"; ' +
      'the specification has no flag values yet: remove it',
  );
});
