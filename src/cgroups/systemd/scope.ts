/** The properties of a container's scope: systemd.scope(5). Pure. */
import type { DeviceRule } from '../../spec/types.ts';
import { deviceProperties } from '../device-properties.ts';
import type { Limits } from '../limits.ts';
import { annotatedProperties } from './annotations.ts';
import { limitProperties } from './limit-properties.ts';
import { INFINITY, property, type UnitProperty } from './property.ts';

export interface ScopeRequest {
  readonly id: string;
  readonly slice: string;
  readonly manager: 'system' | 'user';
  /** Of systemd: 252. */
  readonly version: number;
  /** Of cgroups. */
  readonly cgroups: 1 | 2;
  /** linux.resources.devices */
  readonly devices: readonly DeviceRule[] | undefined;
  readonly limits: Limits;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The stub, and the stub between it and the container's first process: these have to be allowed for. */
const PROCESSES_OF_OURS = 3n;

/** Without the process that is to be in it. @throws RuntimeError `config`, see `annotatedProperties` */
export function scopeProperties(request: ScopeRequest): readonly UnitProperty[] {
  const { id, slice, version, cgroups, annotations } = request;
  return [
    property('Description', 's', `tsrun container ${id}`),
    property('Slice', 's', slice),
    property('Delegate', 'b', true),
    property('DefaultDependencies', 'b', false),
    // One that has failed would stay.
    ...(version >= 236 ? [property('CollectMode', 's', 'inactive-or-failed')] : []),
    ...['Memory', 'CPU', cgroups === 1 ? 'BlockIO' : 'IO', 'Tasks'].map((name) =>
      property(`${name}Accounting`, 'b', true),
    ),
    // The last assignment of a property counts: that of the configuration's own fields.
    ...annotatedProperties(annotations),
    ...devicesOf(request),
    ...limitProperties(request.limits, version).map(roomForStubs),
  ];
}

/** What is only set once the container's first process is there. */
export function lateProperties({ limits, version }: Pick<ScopeRequest, 'limits' | 'version'>) {
  return limitProperties(limits, version).filter((one) => roomForStubs(one) !== one);
}

function roomForStubs(one: UnitProperty): UnitProperty {
  const isTight = one.name === 'TasksMax' && one.value !== INFINITY && Number(one.value) < PROCESSES_OF_OURS;
  return isTight ? property('TasksMax', 't', PROCESSES_OF_OURS) : one;
}

/** The user's systemd may not load programs: it would say so in its journal, and go on. */
function devicesOf({ manager, devices }: ScopeRequest): readonly UnitProperty[] {
  return manager === 'user' || !devices ? [] : deviceProperty(devices);
}

/** @throws RuntimeError `config` for a rule without access */
export function deviceProperty(devices: readonly DeviceRule[]): readonly UnitProperty[] {
  const { policy, allow } = deviceProperties(devices);
  return [
    property('DevicePolicy', 's', policy),
    property(
      'DeviceAllow',
      'a(ss)',
      allow.map((entry) => [...entry]),
    ),
  ];
}
