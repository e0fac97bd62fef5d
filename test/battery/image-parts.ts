/** What attacks by images have in common. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LooseConfig } from '../setup/base-config.ts';
import type { Bundle } from '../setup/rig.ts';

/** /dev is the image's own, not a tmpfs. */
export function ownDev(config: LooseConfig): void {
  config.mounts = config.mounts.filter(({ destination }: LooseConfig) => !destination.startsWith('/dev'));
}

export function replace({ rootfs }: Bundle, name: string): string {
  const path = join(rootfs, name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  return path;
}

/** To a directory of the host, in all the ways that a symlink can be written; and to one that is to be made. */
export function linksTo(path: string, depth: number): readonly string[] {
  const up = '../'.repeat(depth + 20);
  return [path, `${up}${path}`, join(path, 'new'), `/proc/1/root${path}`, `/proc/self/root${path}`];
}
