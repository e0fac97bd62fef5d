/**
 * The weight of block devices: systemd.resource-control(5). Limits of single devices are left to the files; systemd
 * leaves alone what it was told nothing about.
 */
import { type ControllerProperties, property, type UnitProperty } from './property.ts';

export const ioProperties: ControllerProperties = (texts) => [
  ...weight('IOWeight', texts('io.weight')),
  // Version 1.
  ...weight('BlockIOWeight', texts('blkio.weight') ?? texts('blkio.bfq.weight')),
];

/** `default 100` is the same as `100`. */
function weight(name: string, text = ''): readonly UnitProperty[] {
  const value = text.trim().replace(/^default\s+/, '');
  return /^\d+$/.test(value) ? [property(name, 't', BigInt(value))] : [];
}
