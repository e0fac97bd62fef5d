/** Other properties for the unit of a container that is there: `update`. */
import type { Log } from '../../log/log.ts';
import type { DeviceRule } from '../../spec/types.ts';
import type { Keeper } from '../change-limits.ts';
import type { Limits } from '../limits.ts';
import { limitProperties } from './limit-properties.ts';
import { property, type UnitProperty } from './property.ts';
import { deviceProperty } from './scope.ts';
import { SystemdBus } from './systemd-bus.ts';
import type { SystemdUnit } from './unit.ts';

export interface UnitChange {
  readonly unit: SystemdUnit;
  readonly limits: Limits;
  /** All that the container has from now on, where they change. */
  readonly devices: readonly DeviceRule[] | undefined;
}

/** Has systemd keep the limits, too: otherwise its own would come back when it is reloaded. */
export function unitKeeper({ unit, limits, devices }: UnitChange, log: Log): Keeper {
  return () => {
    using bus = new SystemdBus(unit.bus);
    const asked = [
      ...limitProperties(limits, bus.version()),
      ...(devices && unit.manager === 'system' ? deviceProperty(devices) : []),
    ];
    if (asked.length === 0) return () => {};
    const before = asked.flatMap(({ name }) => {
      const old = bus.property(unit.name, name);
      return old ? [property(name, old.signature, old.value)] : [];
    });
    bus.setProperties(unit.name, asked.flatMap(replacing));
    return () => takeBack(unit, before, log);
  };
}

function takeBack({ name, bus: place }: SystemdUnit, before: readonly UnitProperty[], log: Log): void {
  try {
    using bus = new SystemdBus(place);
    bus.setProperties(name, before.flatMap(replacing));
  } catch (error) {
    log.warning(
      `cannot take back properties of "${name}": ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** A list of structs is added to the one that is there, unless that is taken away first. */
function replacing(one: UnitProperty): readonly UnitProperty[] {
  const { name, signature, value } = one;
  if (!signature.startsWith('a(')) return [one];
  const empty = property(name, signature, []);
  return Array.isArray(value) && value.length === 0 ? [empty] : [empty, one];
}
