/** Has systemd make the container's scope, with the stub in it: what the stub clones is born there. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { action, type Live, type Step } from '../../init/step.ts';
import { call } from '../../kernel/call.ts';
import { attachSelf } from '../attach.ts';
import { devicePlace } from '../device-place.ts';
import type { Join, JoinRequest } from '../join.ts';
import { type JoinEntry, joinCarefully, spareDirectories } from '../join-carefully.ts';
import { earlyLimitSteps, lastLimitSteps, lateLimitSteps } from '../limit-steps.ts';
import { noLimits } from '../limits.ts';
import type { CgroupDirectory } from '../paths.ts';
import { processesBelow } from '../processes.ts';
import { newDeviceWrites, writeDevicesIn } from '../v1/devices.ts';
import { deviceProgramSteps } from '../v2/device-steps.ts';
import { ownerSteps } from '../v2/owner.ts';
import { property, propertyText, type UnitProperty } from './property.ts';
import { lateProperties, type ScopeRequest, scopeProperties } from './scope.ts';
import { SystemdBus } from './systemd-bus.ts';
import type { SystemdUnit } from './unit.ts';

const POINTER = '/linux/cgroupsPath';

export interface ScopeParts {
  readonly unit: SystemdUnit;
  /** Of its cgroup, from the root of the hierarchies. */
  readonly path: string;
  readonly bus: SystemdBus;
  readonly scope: Omit<ScopeRequest, 'cgroups' | 'devices' | 'limits'>;
}

/** @throws RuntimeError where an annotation is no property, or the device rules cannot be had */
export function joinScope(parts: ScopeParts, request: JoinRequest): Join {
  const { directories, devices, limits = noLimits, owner, rootless = false } = request;
  const unified = directories.every(({ version }) => version === 2) ? directories[0] : undefined;
  const scope: ScopeRequest = { ...parts.scope, cgroups: unified ? 2 : 1, devices, limits };
  const own = unified ?? directories.find(({ controllers }) => controllers.includes('name=systemd'));
  const late = lateProperties(scope);
  const place = devices && devicePlace(directories);
  const program = place?.version === 2 ? { path: place.path, rules: devices ?? [], rootless } : undefined;
  return {
    steps: [
      startStep(parts, scope, own),
      ...(unified ? [] : [joinOthersStep(parts, directories, request)]),
      ...earlyLimitSteps(limits, 'stub'),
      ...(unified && owner ? ownerSteps(unified.path, owner) : []),
      ...(program ? deviceProgramSteps(program) : []),
    ],
    attachUnified: [],
    afterClone: [
      ...(late.length > 0 ? [propertiesStep(parts, late)] : []),
      ...lateLimitSteps(limits, 'runtime'),
    ],
    afterMounts: lastLimitSteps(limits, 'runtime'),
    outcome: { refused: new Set(), occupied: false },
  };
}

function startStep(
  { unit, path, bus }: ScopeParts,
  scope: ScopeRequest,
  own: CgroupDirectory | undefined,
): Step {
  const properties = scopeProperties(scope);
  const does = [
    `StartTransientUnit("${unit.name}", "replace", [`,
    ...properties.map((one) => `  ${propertyText(one)}`),
    '  PIDs=STUB',
    '])',
    'waits for JobRemoved',
  ];
  const name = `have the ${unit.manager}'s systemd start "${unit.name}" in "${scope.slice}"`;
  return action(name, POINTER, does, ({ stubPid }) => {
    // Signals would be sent to us as long as we are there.
    using _ = bus;
    bus.start(unit.name, [...properties, property('PIDs', 'au', [stubPid])]);
    const actual = bus.property(unit.name, 'ControlGroup')?.value;
    if (actual !== path && actual !== undefined && actual !== '')
      throw elsewhere(unit.name, `${actual}`, path);
    const members = own ? processesBelow(own.path) : [stubPid];
    // It has ended already, and its cgroup with it.
    if (members.length === 0)
      throw new RuntimeError('system', 'the init stub has ended', { hint: 'was it killed?' });
    if (!members.includes(stubPid)) throw notInIt(unit.name);
  });
}

function propertiesStep({ unit }: ScopeParts, properties: readonly UnitProperty[]): Step {
  const does = [`SetUnitProperties("${unit.name}", true, [${properties.map(propertyText).join(', ')}])`];
  return action(`set properties of "${unit.name}"`, '/linux/resources', does, () => {
    using bus = new SystemdBus(unit.bus);
    bus.setProperties(unit.name, properties);
  });
}

/** systemd joins its own hierarchy, and what it makes in the others is not to be relied on. */
function joinOthersStep(
  { unit }: ScopeParts,
  directories: readonly CgroupDirectory[],
  { devices, permission, limits = noLimits }: JoinRequest,
): Step {
  const others = directories.filter(({ controllers }) => !controllers.includes('name=systemd'));
  const writes = newDeviceWrites(others, devices);
  const entries = others.map(
    (directory): JoinEntry => ({
      directory,
      devices: (manner) => writeDevicesIn(directory, writes, manner),
      enter: (manner) => attachSelf(directory, manner),
    }),
  );
  const spare = spareDirectories(directories);
  const outcome = { refused: new Set<string>(), occupied: false };
  const context = { name: `the cgroup "${unit.name}"`, pointer: POINTER, permission, spare, outcome, limits };
  const does = others.map(({ path }) => `mkdir -p "${path}", and joins it`);
  return action(`join ${context.name} where systemd does not`, POINTER, does, (live: Live) => {
    // What there is to be made is known by now.
    const steps = joinCarefully(entries, { call: call('write'), errno: 0 }, context);
    if (steps instanceof RuntimeError) throw steps;
    live.execute(steps);
  });
}

function elsewhere(unit: string, actual: string, path: string): RuntimeError {
  return new RuntimeError('cgroup', `systemd has put "${unit}" at "${actual}", and not at "${path}"`, {
    pointer: POINTER,
    hint: 'is there a unit file, or a drop-in, for this name or its slice? systemctl cat UNIT',
  });
}

function notInIt(unit: string): RuntimeError {
  return new RuntimeError(
    'cgroup',
    `the container's process is not in "${unit}", which systemd has made for it`,
    {
      pointer: POINTER,
      hint: 'process ids mean the same to systemd only in its own pid namespace: use --cgroup-manager cgroupfs here',
    },
  );
}
