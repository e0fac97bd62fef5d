/** The cpuset controller's properties, which are sets of bits: systemd.resource-control(5), since version 244. */
import { type ControllerProperties, property, type UnitProperty } from './property.ts';

export const cpusetProperties: ControllerProperties = (texts, version) =>
  version < 244
    ? []
    : [...set('AllowedCPUs', texts('cpuset.cpus')), ...set('AllowedMemoryNodes', texts('cpuset.mems'))];

function set(name: string, list: string | undefined): readonly UnitProperty[] {
  const bits = list === undefined ? undefined : bitsOf(list);
  return bits ? [property(name, 'ay', bits)] : [];
}

/**
 * `0-2,9` → 7, 2: bit n of byte m is number 8·m + n.
 *
 * @returns undefined for what is no list: the file's error says so better
 */
export function bitsOf(list: string): readonly number[] | undefined {
  const bytes: number[] = [];
  for (const range of list.trim().split(',')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range.trim()) ?? [];
    if (from === undefined || Number(to) > 8191) return undefined;
    for (let one = Number(from); one <= Number(to); one++) {
      const at = one >> 3;
      while (bytes.length <= at) bytes.push(0);
      bytes[at] = (bytes[at] ?? 0) | (1 << (one & 7));
    }
  }
  return bytes;
}
