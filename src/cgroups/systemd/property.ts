/** A property of a systemd unit, as D-Bus has it: org.freedesktop.systemd1(5). */
import type { BusValue } from '../../dbus/signature.ts';

export interface UnitProperty {
  readonly name: string;
  /** Of the value, one complete type. */
  readonly signature: string;
  readonly value: BusValue;
}

/** What limits ask for, file by file: the text that goes into it; undefined for one that is left alone. */
export type FileTexts = (file: string) => string | undefined;

/** @param version of systemd: 252 */
export type ControllerProperties = (texts: FileTexts, version: number) => readonly UnitProperty[];

/** CGROUP_LIMIT_MAX, USEC_INFINITY, CGROUP_WEIGHT_INVALID: "none" in the words of D-Bus. */
export const INFINITY = 2n ** 64n - 1n;

export function property(name: string, signature: string, value: BusValue): UnitProperty {
  return { name, signature, value };
}

/** A file with one number, or `max`, as a property of the same meaning. */
export function numberProperty(name: string, text: string | undefined): readonly UnitProperty[] {
  if (text === undefined) return [];
  const value = text.trim();
  if (value === 'max' || value === '-1') return [property(name, 't', INFINITY)];
  // The file takes units, too ("1M"): then it is left to the file.
  return /^\d+$/.test(value) ? [property(name, 't', BigInt(value))] : [];
}

/** As `systemctl show` would have it, more or less: `MemoryMax=67108864` */
export function propertyText({ name, signature, value }: UnitProperty): string {
  return `${name}=${valueText(signature, value)}`;
}

function valueText(signature: string, value: BusValue): string {
  if (value === INFINITY) return 'infinity';
  if (signature === 'ay') return (value as readonly number[]).map((byte) => byte.toString(16)).join(' ');
  if (Array.isArray(value)) return `[${value.map((one) => valueText('', one)).join(', ')}]`;
  if (typeof value === 'object') return JSON.stringify('value' in value ? value.value : value);
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : `${value}`;
}
