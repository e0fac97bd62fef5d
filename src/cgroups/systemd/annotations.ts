/**
 * Annotations `org.systemd.property.NAME` as properties of the unit. Engines copy the annotations of an image into
 * config.json, so they set only what concerns the unit itself: other properties stop services (`Conflicts`), power the
 * machine off (`SuccessAction`), or give devices (`DeviceAllow`). Their values are in the text format of GVariant,
 * as far as runc has it: `true`, `300`, `uint64 300000000`, `'inactive'`, `['a.service', 'b.service']`, `@as []`.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { parseVariant } from './parse-variant.ts';
import { property, type UnitProperty } from './property.ts';

export const PREFIX = 'org.systemd.property.';

/** Where the container is, and which process is in it: not for the bundle to say otherwise. */
const ours = new Set(['PIDs', 'PIDFDs', 'Slice', 'Delegate', 'DelegateSubgroup']);

/** How the unit is described, ordered and ended; and limits, as far as `linux.resources` has none. */
const allowed = new Set([
  ...['Description', 'Documentation', 'DefaultDependencies', 'After', 'Before', 'CollectMode'],
  ...['TimeoutStopUSec', 'RuntimeMaxUSec', 'RuntimeRandomizedExtraUSec', 'OOMPolicy'],
  ...['KillMode', 'KillSignal', 'RestartKillSignal', 'FinalKillSignal', 'SendSIGHUP', 'SendSIGKILL'],
  ...['MemoryHigh', 'MemoryMax', 'MemorySwapMax', 'MemoryZSwapMax', 'MemoryLimit', 'TasksMax'],
  ...['CPUQuotaPerSecUSec', 'CPUQuotaPeriodUSec', 'AllowedCPUs', 'AllowedMemoryNodes'],
]);

/** @throws RuntimeError `config` */
export function annotatedProperties(
  annotations: Readonly<Record<string, string>> = {},
): readonly UnitProperty[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => annotated(key, value));
}

function annotated(key: string, text: string): UnitProperty {
  const name = key.slice(PREFIX.length);
  const pointer = `/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (!/^[A-Za-z]{3,}$/.test(name)) {
    throw new RuntimeError('config', `annotation ${key} name incorrect: it is not the name of a property`, {
      pointer,
      hint: 'names have letters only: org.systemd.property.TimeoutStopUSec',
    });
  }
  if (ours.has(name)) {
    throw new RuntimeError('config', `the property ${name} of the container's unit is the runtime's`, {
      pointer,
      hint: 'leave the annotation out; linux.cgroupsPath names the slice',
    });
  }
  const isSeconds = /[a-z]Sec$/.test(name);
  const unitName = isSeconds ? `${name.slice(0, -'Sec'.length)}USec` : name;
  if (!allowed.has(unitName)) {
    throw new RuntimeError(
      'config',
      `the property ${name} may not be set by an annotation, which may come from an image`,
      {
        pointer,
        hint: `limits belong in linux.resources; annotations may set ${[...allowed].join(', ')}`,
      },
    );
  }
  const variant = parseVariant(text);
  if (!variant) {
    throw new RuntimeError('config', `annotation ${key}=${text} value parse error`, {
      pointer,
      hint: "write a string as 'text', a number as 300 or uint64 300, a list as ['a', 'b']",
    });
  }
  if (!isSeconds) return property(name, variant.signature, variant.value);
  if (!/^[ynqiuxtd]$/.test(variant.signature)) {
    throw new RuntimeError('config', `annotation ${key}=${text} value parse error: not a number`, {
      pointer,
      hint: 'write a number of seconds',
    });
  }
  // systemd's documentation has seconds, D-Bus has microseconds.
  const microseconds = BigInt(Math.trunc(Number(variant.value) * 1_000_000));
  return property(unitName, 't', microseconds);
}
