import { describe, expect, test } from 'vitest';
import { generateSpec, type SpecOptions, serializeSpec } from '../../../src/spec/generate.ts';
import { load } from './fixture.ts';

const ROOT: SpecOptions = { rootless: false, overlay: false, ids: { uid: 0, gid: 0 } };
const USER: SpecOptions = { rootless: true, overlay: false, ids: { uid: 1000, gid: 1001 } };

describe('the generated configuration', () => {
  test.each([
    ['root', ROOT],
    ['an ordinary user', USER],
    ['root with an overlay', { ...ROOT, overlay: true }],
    ['a user with ranges', { ...USER, ids: { ...USER.ids, subuid: { start: 1e5, size: 65536 } } }],
  ])('for %s is valid, without a warning', (_title, options) => {
    const warnings: string[] = [];
    const config = generateSpec(options);
    expect(load(serializeSpec(config), { debug() {}, warning: (text) => warnings.push(text) })).toEqual(
      config,
    );
    expect(warnings).toEqual([]);
  });

  test('says version 1.3.0 and no inheritable capabilities', () => {
    const { ociVersion, process } = generateSpec(ROOT);
    expect(ociVersion).toBe('1.3.0');
    expect(Object.keys(process.capabilities ?? {})).toEqual([
      'bounding',
      'effective',
      'permitted',
      'ambient',
    ]);
  });

  test("for root has runc's namespaces, denies devices, and mounts a sysfs", () => {
    const { linux, mounts } = generateSpec(ROOT);
    expect(linux?.namespaces?.map(({ type }) => type)).toEqual(['pid', 'network', 'ipc', 'uts', 'mount']);
    expect(linux?.resources).toEqual({ devices: [{ allow: false, access: 'rwm' }] });
    expect(mounts?.find(({ destination }) => destination === '/sys')?.type).toBe('sysfs');
    expect(mounts?.find(({ destination }) => destination === '/dev/pts')?.options).toContain('gid=5');
  });

  test('for an ordinary user maps root to that user, and needs nothing that only root may do', () => {
    const { linux, mounts } = generateSpec(USER);
    expect(linux?.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }]);
    expect(linux?.gidMappings).toEqual([{ containerID: 0, hostID: 1001, size: 1 }]);
    expect(linux?.namespaces?.map(({ type }) => type)).toEqual(['pid', 'ipc', 'uts', 'mount', 'user']);
    expect(linux).not.toHaveProperty('resources');
    expect(
      mounts?.flatMap(({ options = [] }) => options).filter((option) => /^[ug]id=/.test(option)),
    ).toEqual([]);
    expect(mounts?.find(({ destination }) => destination === '/sys')).toEqual({
      destination: '/sys',
      type: 'none',
      source: '/sys',
      options: ['rbind', 'nosuid', 'noexec', 'nodev', 'rro'],
    });
  });

  test('maps subordinate ids from 1 on', () => {
    const ids = {
      uid: 1000,
      gid: 1001,
      subuid: { start: 100000, size: 65536 },
      subgid: { start: 200000, size: 10 },
    };
    const { linux } = generateSpec({ ...USER, ids });
    expect(linux?.uidMappings?.[1]).toEqual({ containerID: 1, hostID: 100000, size: 65536 });
    expect(linux?.gidMappings?.[1]).toEqual({ containerID: 1, hostID: 200000, size: 10 });
  });

  test('has a writable root exactly with an overlay', () => {
    expect(generateSpec({ ...ROOT, overlay: true })).toMatchObject({
      annotations: { 'org.tsrun.overlay': 'disk' },
      root: { path: 'rootfs', readonly: false },
    });
    expect(generateSpec(ROOT)).not.toHaveProperty('annotations');
    expect(generateSpec(ROOT).root.readonly).toBe(true);
  });

  test('shares nothing between two calls', () => {
    generateSpec(ROOT).process.capabilities?.bounding?.push('CAP_SYS_ADMIN');
    expect(generateSpec(ROOT).process.capabilities?.bounding).not.toContain('CAP_SYS_ADMIN');
  });

  test('is written with a newline at its end', () => {
    const text = serializeSpec(generateSpec(ROOT));
    expect(text).toMatch(/^\{\n {2}"ociVersion": "1\.3\.0",\n/);
    expect(text.endsWith('}\n')).toBe(true);
  });
});
