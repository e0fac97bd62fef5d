/**
 * Device rules on version 2, where a program keeps them, and changed by `update` on both versions: devices are opened
 * and made inside containers, under runc as well.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deviceProgram } from '../../src/cgroups/v2/device-program.ts';
import { attachDeviceProgram, loadDeviceProgram, queryDevicePrograms } from '../../src/kernel/calls/bpf.ts';
import { close, openat } from '../../src/kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY } from '../../src/kernel/constants/file.ts';
import { perform, performForBytes } from '../../src/kernel/local.ts';
import type { DeviceRule } from '../../src/spec/types.ts';
import type { LooseConfig } from '../setup/base-config.ts';
import { needVersion1 } from '../setup/cgroup-files.ts';
import { type Allowed, allowedBy, deviceBundle, everywhere, probeScript } from '../setup/device-probe.ts';
import { need, needRoot } from '../setup/needs.ts';
import { started, stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';
import {
  directoryOnVersion2,
  needDevicePrograms,
  onVersion2,
  pathOnVersion2,
  placeForNodes,
} from '../setup/version-2.ts';

beforeAll(() => {
  process.env.TMPDIR = placeForNodes();
});

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const allowAll: DeviceRule = { allow: true, access: 'rwm' };

function device(type: 'b' | 'c', major: number, minor: number, access: string, allow = true): DeviceRule {
  return { allow, type, major, minor, access };
}

/** What engines write: most of it is allowed to every container. */
const engines: readonly DeviceRule[] = [
  denyAll,
  device('c', 1, 5, 'rwm'),
  device('c', 1, 3, 'rwm'),
  device('c', 1, 9, 'rwm'),
  device('c', 1, 8, 'rwm'),
  device('c', 5, 0, 'rwm'),
  device('c', 5, 1, 'rwm'),
  device('c', 10, 229, 'rwm', false),
];

const nodes = everywhere('m');

const alike: readonly (readonly [string, readonly DeviceRule[], Allowed])[] = [
  ['deny everything', [denyAll], nodes],
  ['nothing', [], nodes],
  ['the list of engines', engines, nodes],
  ['allow everything', [denyAll, allowAll], everywhere('mrwb')],
  [
    'all but one device',
    [allowAll, device('c', 60, 1, 'rwm', false)],
    { ...everywhere('mrwb'), 'c 60 1': '' },
  ],
  ['one device', [denyAll, device('c', 60, 1, 'rwm')], { ...nodes, 'c 60 1': 'mrwb' }],
  [
    'all devices of a major number',
    [denyAll, device('c', 60, -1, 'rw'), device('b', 60, 1, 'rw')],
    { ...nodes, 'c 60 1': 'mrwb', 'c 60 2': 'mrwb', 'b 60 1': 'mrwb' },
  ],
  [
    'one access',
    [denyAll, device('c', 60, 1, 'r'), device('b', 60, 1, 'w')],
    { ...nodes, 'c 60 1': 'mr', 'b 60 1': 'mw' },
  ],
  ['a device, and then nothing at all', [device('c', 60, 1, 'rwm'), denyAll], nodes],
];

/** With what runc 1.1.5 has; undefined where it refuses the rules. */
const different: readonly (readonly [string, readonly DeviceRule[], Allowed, Allowed | undefined])[] = [
  [
    'a hole in a wildcard',
    [denyAll, device('c', 60, -1, 'rw'), device('c', 60, 2, 'w', false)],
    { ...nodes, 'c 60 1': 'mrwb', 'c 60 2': 'mr' },
    undefined,
  ],
  ['one access to everything', [{ allow: true, access: 'r' }], everywhere('mr'), everywhere('mrwb')],
  [
    'an access taken from everything',
    [allowAll, { allow: false, access: 'w' }],
    everywhere('mr'),
    everywhere('m'),
  ],
  [
    'an access taken from a device: both at once contain it',
    [allowAll, device('c', 60, 1, 'r', false)],
    { ...everywhere('mrwb'), 'c 60 1': 'mw' },
    { ...everywhere('mrwb'), 'c 60 1': 'mwb' },
  ],
];

/** `linux.resources` that say nothing of devices. */
const withoutRules: readonly (readonly [string, object | undefined])[] = [
  ['no resources', undefined],
  ['no limits', {}],
  ['no list', { devices: null }],
  ['an empty list', { devices: [] }],
  ['empty limits', { pids: {}, memory: {} }],
];

/** By tsrun as by runc. */
async function isDenied(rig: Rig, resources: object | undefined, through?: readonly string[]): Promise<void> {
  const bundle = deviceBundle(rig, undefined);
  changeConfig(bundle, ({ linux }) => {
    linux.resources = resources;
  });
  const args = ['run', '--bundle', bundle.path, rig.id()];
  const ours = await rig.tsrun(args);
  expect(ours).toMatchObject({ code: 0, stderr: '' });
  expect(allowedBy(ours.stdout)).toEqual(nodes);
  const theirs = await rig.runc(args, through ? { through } : {});
  expect(theirs.stdout).toBe(ours.stdout);
}

/** Tries a device that is never allowed and one that always is, as fast as it can. */
const watcher = `
while :; do
  case "$( ( : <>/node-c-60-2 ) 2>&1)" in *"not permitted"*) ;; *) echo opened >>/seen;; esac
  ( : </dev/null ) 2>/dev/null || echo null >>/seen
done`;

const watched = [device('c', 60, 2, 'rwm', false)] as const;

/** None of them allows the second device; there and back again. */
const switches: readonly (readonly DeviceRule[])[] = [
  [denyAll, device('c', 60, 1, 'rw')],
  [allowAll, ...watched],
  [allowAll, device('b', 60, 1, 'w', false), ...watched],
  [denyAll],
];

/** Each step of an update takes its time, so that the watcher sees what is between them. */
const slowly = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=bpf,write:delay_exit=20000'];

/** `update`, `exec` and other commands on a container of the rig. */
function commands(rig: () => Rig, id: string) {
  const update = (resources: object, through: readonly string[] = []) =>
    rig().tsrun(['update', '--resources', '-', id], { input: JSON.stringify(resources), through });
  return {
    update,
    devices: async (devices: readonly DeviceRule[], through?: readonly string[]) => {
      expect(await update({ devices }, through)).toMatchObject({ code: 0, stderr: '' });
    },
    allowed: async () => {
      const { stdout, stderr } = await rig().tsrun(['exec', id, 'sh', '-c', probeScript]);
      expect(stderr).toBe('');
      return allowedBy(stdout);
    },
    seen: async () => (await rig().tsrun(['exec', id, 'sh', '-c', 'cat /seen; :'])).stdout,
  };
}

describe('on version 2', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig([...onVersion2, programUnderTest()]);
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  const running = async (rules: readonly DeviceRule[] | undefined, command = ['sleep', '600']) => {
    const id = await started(rig, deviceBundle(rig, rules, ...command));
    const { pid } = await stateOf(rig, id);
    return { pid, ...commands(() => rig, id) };
  };

  for (const [name, rules, expected] of [...alike, ...different]) {
    test(`what is allowed by the rules: ${name}`, async (context) => {
      needDevicePrograms(context);
      need(context, 'busybox');
      const id = rig.id();
      const result = await rig.tsrun(['run', '--bundle', deviceBundle(rig, rules).path, id]);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(allowedBy(result.stdout)).toEqual(expected);
      expect(remains(rig, id)).toEqual([]);
    });
  }

  for (const [name, rules, , theirs = undefined] of [
    ...alike.map((row) => [...row, row[2]] as const),
    ...different,
  ]) {
    test(`what runc allows by them: ${name}`, async (context) => {
      needDevicePrograms(context);
      need(context, 'busybox', 'runc');
      const bundle = deviceBundle(rig, rules);
      const result = await rig.runc(['run', '--bundle', bundle.path, rig.id()], { through: onVersion2 });
      if (theirs === undefined)
        expect(result.stderr).toContain('cannot punch hole in existing wildcard rule');
      else expect(allowedBy(result.stdout)).toEqual(theirs);
    });
  }

  test.for(withoutRules)(
    'a configuration without rules allows what every container may use: %s',
    async ([, resources], context) => {
      needDevicePrograms(context);
      need(context, 'busybox', 'runc');
      await isDenied(rig, resources, onVersion2);
    },
  );

  test('update with the rules that a container has without any changes nothing', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox');
    const container = await running(undefined);
    const directory = directoryOnVersion2(context, container.pid);
    const before = programsOf(directory);
    expect(before).toHaveLength(1);
    await container.devices([denyAll]);
    expect(programsOf(directory)).toEqual(before);
  });

  test('update puts another program in the place of the one there', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox');
    const container = await running([denyAll]);
    const directory = directoryOnVersion2(context, container.pid);
    expect(await container.allowed()).toEqual(nodes);
    const [before] = programsOf(directory);
    await container.devices([denyAll, device('c', 60, 1, 'rw')]);
    expect(await container.allowed()).toEqual({ ...nodes, 'c 60 1': 'mrwb' });
    const [after] = programsOf(directory);
    expect(programsOf(directory)).toHaveLength(1);
    expect(after).not.toBe(before);
    // What comes to the same changes nothing; neither does an update of something else, or an empty list.
    await container.devices([device('b', 60, 1, 'r'), denyAll, device('c', 60, 1, 'rw')]);
    await container.devices([]);
    expect(programsOf(directory)).toEqual([after]);
    await container.devices([allowAll]);
    expect(await container.allowed()).toEqual(everywhere('mrwb'));
  });

  test('update leaves the programs of others alone, which have their say, too', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox');
    const container = await running([allowAll]);
    const directory = directoryOnVersion2(context, container.pid);
    const other = attach(directory, [allowAll, device('c', 60, 2, 'rwm', false)]);
    expect(await container.allowed()).toEqual({ ...everywhere('mrwb'), 'c 60 2': '' });
    await container.devices([denyAll, device('c', 60, -1, 'rwm')]);
    expect(await container.allowed()).toEqual({ ...nodes, 'c 60 1': 'mrwb', 'c 60 2': '' });
    await container.devices([allowAll]);
    expect(programsOf(directory)).toContain(other);
    expect(programsOf(directory)).toHaveLength(2);
  });

  test('the rules of a cgroup above hold, too', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox');
    const { pid } = await running([allowAll]);
    attach(directoryOnVersion2(context, pid), [allowAll, device('c', 60, 2, 'rwm', false)]);
    const bundle = deviceBundle(rig, [allowAll, device('c', 60, 1, 'rwm', false)]);
    const id = rig.id();
    const path = `${pathOnVersion2(pid)}/inner`;
    changeConfig(bundle, ({ linux }) => {
      linux.cgroupsPath = path;
    });
    const { stdout } = await rig.tsrun(['run', '--bundle', bundle.path, id]);
    expect(allowedBy(stdout)).toEqual({ ...everywhere('mrwb'), 'c 60 1': '', 'c 60 2': '' });
  });

  test('an update of which another part fails leaves the devices as they were', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox');
    const container = await running([denyAll, device('c', 60, 1, 'r')]);
    const resources = { devices: [allowAll], unified: { 'cgroup.max.depth': 'much' } };
    expect(await container.update(resources)).toMatchObject({ code: 1 });
    expect(await container.allowed()).toEqual({ ...nodes, 'c 60 1': 'mr' });
    // And those are the ones that are known.
    await container.devices([denyAll, device('c', 60, 1, 'r')]);
    expect(await container.allowed()).toEqual({ ...nodes, 'c 60 1': 'mr' });
  });

  test('no moment of an update allows what neither rules allow, or denies what both do', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox', 'strace');
    const container = await running([denyAll], ['sh', '-c', watcher]);
    for (const rules of switches) await container.devices(rules, slowly);
    expect(await container.seen()).toBe('');
  });

  test('root of a user namespace goes on without them, as under runc', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox', 'runc');
    const mount = 'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';
    const way = ['unshare', '-UrmC', 'sh', '-c', mount, 'sh'];
    context.skip(spawnSync(way[0] as string, [...way.slice(1), 'true']).status !== 0, 'no user namespaces');
    await using other = makeRig([...way, programUnderTest()]);
    const bundle = deviceBundle(other, [denyAll]);
    const maps = [{ containerID: 0, hostID: 0, size: 1 }];
    changeConfig(bundle, ({ linux, mounts }) => {
      linux.namespaces.push({ type: 'user' });
      // runc 1.1 does not take a group that is not mapped.
      for (const mount of mounts)
        mount.options = mount.options?.filter((option: string) => option !== 'gid=5');
      Object.assign(linux, { uidMappings: maps, gidMappings: maps });
    });
    const ours = await other.tsrun(['run', '--bundle', bundle.path, other.id()]);
    expect(allowedBy(ours.stdout)).toEqual(everywhere('rwb'));
    const theirs = await other.runc(['run', '--bundle', bundle.path, other.id()], { through: way });
    expect(theirs).toMatchObject({ stderr: '', stdout: ours.stdout });
  });

  test('rules that the kernel does not take are named, and nothing is left', async (context) => {
    needDevicePrograms(context);
    need(context, 'busybox', 'strace');
    const id = rig.id();
    const bundle = deviceBundle(rig, [denyAll]);
    const faults = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=bpf:error=EINVAL:when=1+'];
    const result = await rig.tsrun(['run', '--bundle', bundle.path, id], { through: faults });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^tsrun: cannot restrict devices in ".*": bpf\(BPF_PROG_LOAD\): EINVAL/);
    expect(result.stderr).toContain('CONFIG_CGROUP_BPF');
    expect(result.stderr).toContain('(/linux/resources/devices)');
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('on version 1', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  const running = async (rules: readonly DeviceRule[] | undefined, command = ['sleep', '600']) =>
    commands(() => rig, await started(rig, deviceBundle(rig, rules, ...command)));

  test.for(withoutRules)(
    'a configuration without rules allows what every container may use: %s',
    async ([, resources], context) => {
      needRoot(context);
      need(context, 'busybox', 'runc');
      needVersion1(context, 'devices');
      await isDenied(rig, resources);
    },
  );

  test('update comes to what a new container would have', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'devices', 'freezer');
    const container = await running([denyAll]);
    for (const [, rules, expected] of alike) {
      await container.devices(rules);
      // An empty list asks for nothing.
      if (rules.length > 0) expect(await container.allowed()).toEqual(expected);
    }
  });

  test('an update of which another part fails leaves the devices as they were', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'devices', 'freezer', 'cpuset');
    const container = await running([denyAll, device('c', 60, 1, 'r')]);
    for (const devices of [
      [allowAll, ...watched],
      [denyAll, device('c', 61, 1, 'rw')],
    ]) {
      expect(await container.update({ devices, cpu: { cpus: '4095' } })).toMatchObject({ code: 1 });
      expect(await container.allowed()).toEqual({ ...nodes, 'c 60 1': 'mr' });
    }
  });

  test('no moment of an update allows what neither rules allow, or denies what both do', async (context) => {
    needRoot(context);
    need(context, 'busybox', 'strace');
    needVersion1(context, 'devices', 'freezer');
    const container = await running([denyAll], ['sh', '-c', watcher]);
    for (const rules of switches) await container.devices(rules, slowly);
    expect(await container.seen()).toBe('');
  });
});

function changeConfig({ path }: Bundle, change: (config: LooseConfig) => void): void {
  const file = join(path, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as LooseConfig;
  change(config);
  writeFileSync(file, JSON.stringify(config));
}

/** Ids of what is attached to the cgroup itself. */
function programsOf(directory: string): number[] {
  const opened = perform(openat(AT_FDCWD, directory, O_DIRECTORY));
  const ids = performForBytes(queryDevicePrograms(opened));
  perform(close(opened));
  const words = [...new Uint32Array(ids.slice().buffer)];
  return words.slice(0, words.indexOf(0));
}

/** As another program would. @returns its id */
function attach(directory: string, rules: readonly DeviceRule[]): number {
  const before = programsOf(directory);
  const opened = perform(openat(AT_FDCWD, directory, O_DIRECTORY));
  const program = perform(loadDeviceProgram(deviceProgram(rules), 'other'));
  perform(attachDeviceProgram(opened, program));
  for (const fd of [opened, program]) perform(close(fd));
  return programsOf(directory).find((id) => !before.includes(id)) ?? 0;
}
