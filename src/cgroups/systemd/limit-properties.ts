/**
 * Limits as properties of a unit. What systemd has no property for is in the files alone; what it has one for is in
 * both, for systemd writes the files anew when it is reloaded.
 */
import type { Limits, PlacedWrite } from '../limits.ts';
import { cpuProperties } from './cpu.ts';
import { cpusetProperties } from './cpuset.ts';
import { ioProperties } from './io.ts';
import { memoryProperties } from './memory.ts';
import { pidsProperties } from './pids.ts';
import type { ControllerProperties, UnitProperty } from './property.ts';

const controllers: readonly ControllerProperties[] = [
  memoryProperties,
  cpuProperties,
  cpusetProperties,
  pidsProperties,
  ioProperties,
];

/** @param version of systemd: 252 */
export function limitProperties(
  { writes }: Pick<Limits, 'writes'>,
  version: number,
): readonly UnitProperty[] {
  const texts = new Map(writes.flatMap(alternatives).filter(isWhole));
  return controllers.flatMap((properties) => properties((file) => texts.get(file), version));
}

/** A file and its text; and those of the file that is written where the kernel does not have it. */
function alternatives(write: PlacedWrite): (readonly [string, string])[] {
  const { file, text, otherwise } = write;
  return [[file, text], ...(otherwise ? alternatives(otherwise) : [])];
}

/** Lines for single devices do not change what the file says of all. */
function isWhole([file, text]: readonly [string, string]): boolean {
  return !file.includes('weight') || !/^\d+:\d+\s/.test(text);
}
