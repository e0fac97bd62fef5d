/** The cgroups of a container as its record has them: which hierarchies they are in. */
import { type HostCgroups, hierarchyOf } from '../host/cgroups.ts';
import type { CgroupDirectory } from './paths.ts';

/** @param paths the directories that the container was to have */
export function recordedDirectories(paths: readonly string[], host: HostCgroups): readonly CgroupDirectory[] {
  return paths.flatMap((path) => {
    const hierarchy = hierarchyOf(path, host);
    return hierarchy ? [{ version: hierarchy.version, controllers: hierarchy.controllers, path }] : [];
  });
}
