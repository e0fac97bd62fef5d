import { expect, test } from 'vitest';
import { newLimits } from '../../../../src/cgroups/manager.ts';
import { containerCgroups } from '../../../../src/cgroups/paths.ts';
import { attachBySystemd } from '../../../../src/cgroups/systemd/attach.ts';
import { joinScope } from '../../../../src/cgroups/systemd/join.ts';
import type { SystemdBus } from '../../../../src/cgroups/systemd/systemd-bus.ts';
import type { SystemdUnit } from '../../../../src/cgroups/systemd/unit.ts';
import type { HostCgroups } from '../../../../src/host/cgroups.ts';
import type { Step } from '../../../../src/init/step.ts';
import type { Resources } from '../../../../src/spec/types.ts';
import { hybrid, unified } from '../hosts.ts';

const unit: SystemdUnit = {
  name: 'tsrun-web.scope',
  manager: 'system',
  bus: { address: 'unix:path=/run/dbus/system_bus_socket', direct: false },
};
const path = '/system.slice/tsrun-web.scope';
/** Nobody speaks with it: steps are made, and not executed. */
const bus = {} as SystemdBus;

function join(host: HostCgroups, resources: Resources) {
  const { directories } = containerCgroups(host, { id: 'web', unitPath: path });
  const looks = { read: () => 'memory pids', isRefused: () => false };
  const limits = newLimits(directories, host, resources, looks);
  const scope = {
    id: 'web',
    slice: 'system.slice',
    manager: 'system',
    version: 252,
    annotations: {},
  } as const;
  const request = { directories, devices: [], limits, permission: 'required', unified: 'clone' } as const;
  return joinScope({ unit, path, bus, scope }, request);
}

const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name);

test('version 2: systemd makes the scope with the stub in it, then limits and devices', () => {
  const {
    steps,
    afterClone,
    unified: handle,
  } = join(unified, { memory: { limit: 100 }, pids: { limit: 1 } });
  expect(namesOf(steps)).toEqual([
    `have the system's systemd start "tsrun-web.scope" in "system.slice"`,
    'set the memory limit',
    'restrict the devices',
  ]);
  // It is born there.
  expect(handle).toBeUndefined();
  expect(namesOf(afterClone)).toEqual([
    'set properties of "tsrun-web.scope"',
    'wait for the end of the stub',
    'set the limit of processes',
  ]);
  const [first] = steps;
  expect(first?.kind === 'action' && first.does).toEqual(
    expect.arrayContaining(['  MemoryMax=100', '  TasksMax=3', '  PIDs=STUB', 'waits for JobRemoved']),
  );
});

test('version 1: the hierarchies that systemd does not join are joined by the runtime', () => {
  const { steps } = join(hybrid, { memory: { limit: 100 } });
  expect(namesOf(steps)).toEqual([
    `have the system's systemd start "tsrun-web.scope" in "system.slice"`,
    'join the cgroup "tsrun-web.scope" where systemd does not',
    'set the memory limit',
  ]);
  const does = steps.flatMap((step) => (step.kind === 'action' ? step.does : []));
  expect(does).toContain('  MemoryLimit=100');
  expect(does).toContain('  BlockIOAccounting=yes');
  expect(does).toContain('mkdir -p "/sys/fs/cgroup/memory/system.slice/tsrun-web.scope", and joins it');
  expect(does.filter((line) => line.includes('/sys/fs/cgroup/systemd/'))).toEqual([]);
});

test('version 1 without its devices controller: version 2 keeps the rules', () => {
  const host = hybrid.filter(({ controllers }) => !controllers.includes('devices'));
  expect(namesOf(join(host, {}).steps).at(-1)).toBe('restrict the devices');
  expect(namesOf(join(hybrid, {}).steps)).not.toContain('restrict the devices');
});

test('who may not join the scope is put there by systemd, in a cgroup below it, too', () => {
  const attach = attachBySystemd(unit, [`/sys/fs/cgroup${path}`]);
  const does = (directory: string) => {
    const step = attach(directory);
    return step.kind === 'action' ? step.does : [];
  };
  expect(does(`/sys/fs/cgroup${path}/`)).toEqual(['AttachProcessesToUnit("tsrun-web.scope", "/", [STUB])']);
  expect(does(`/sys/fs/cgroup${path}/a/b/`)).toEqual([
    'AttachProcessesToUnit("tsrun-web.scope", "/a/b", [STUB])',
  ]);
});
