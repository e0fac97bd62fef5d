/** Stopping all processes of a container without their noticing, and letting them go on. */
import type { CgroupDirectory } from './paths.ts';
import { version1Freezer } from './v1/freezer.ts';
import { version2Freezer } from './v2/freezer.ts';

export interface Freezer {
  /** Returns when every process stands still. @throws RuntimeError `cgroup`; they go on then */
  freeze(): void;
  /** @throws RuntimeError `cgroup` */
  thaw(): void;
  /** Whether it was frozen itself, and not one above it. */
  isFrozen(): boolean;
}

const VERSION_1 = 'freezer.state';

/**
 * The file that freezes a cgroup. Where both versions are mounted it is version 1's, which everybody else uses there.
 *
 * @returns undefined where there is none: version 1 without its freezer
 */
export function freezerFile(directories: readonly CgroupDirectory[]): string | undefined {
  const old = directories.find(({ controllers }) => controllers.includes('freezer'));
  if (old) return `${old.path}/${VERSION_1}`;
  const unified = directories.find(({ version }) => version === 2);
  return unified && `${unified.path}/cgroup.freeze`;
}

export function isVersion1Freezer(file: string): boolean {
  return file.endsWith(`/${VERSION_1}`);
}

/** @param file see `freezerFile` */
export function freezer(file: string): Freezer {
  return isVersion1Freezer(file) ? version1Freezer(file) : version2Freezer(file);
}
