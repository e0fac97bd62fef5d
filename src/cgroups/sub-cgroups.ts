/** `exec --cgroup`: which directories below the container's are meant. They have to be there, as for runc. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type CgroupHierarchy, type HostCgroups, hierarchyOf } from '../host/cgroups.ts';
import { existsSync } from '../kernel/file-system.ts';

/**
 * @param paths the container's directories
 * @param asked paths below them by controller, by the empty name for every hierarchy; none has `..`
 * @throws RuntimeError `cgroup` for a controller or a directory that is not there
 */
export function subCgroupPaths(
  paths: readonly string[],
  asked: ReadonlyMap<string, string>,
  host: HostCgroups,
): readonly string[] {
  const places = paths
    .filter((path) => existsSync(path))
    .map((path) => ({ path, hierarchy: hierarchyOf(path, host) }));
  for (const name of asked.keys()) {
    if (name !== '' && !places.some(({ hierarchy }) => controls(hierarchy, name)))
      throw unknown(name, places);
  }
  return places.map(({ path, hierarchy }) => {
    const name = asked.has('') ? '' : [...asked.keys()].find((one) => controls(hierarchy, one));
    if (name === undefined) return path;
    const inner = below(path, asked.get(name) ?? '');
    if (existsSync(inner)) return inner;
    // Beside version 1, whose controllers are meant, version 2 only counts the processes.
    if (hierarchy?.version === 2 && places.some((other) => other.hierarchy?.version === 1)) return path;
    throw missing(inner);
  });
}

/** `systemd` and `name=systemd` are the same. */
function controls(hierarchy: CgroupHierarchy | undefined, name: string): boolean {
  return hierarchy?.controllers.some((one) => one === name || one === `name=${name}`) === true;
}

function below(path: string, sub: string): string {
  return [path, ...sub.split('/').filter((part) => part !== '' && part !== '.')].join('/');
}

function unknown(
  name: string,
  places: readonly { readonly hierarchy: CgroupHierarchy | undefined }[],
): RuntimeError {
  const known = places.flatMap(({ hierarchy }) => hierarchy?.controllers ?? []);
  return new RuntimeError('cgroup', `unknown controller ${name} in --cgroup`, {
    hint:
      known.length > 0
        ? `the container is in cgroups of ${known.join(', ')}`
        : 'cgroups of version 2 have one path for all controllers: --cgroup PATH',
  });
}

/** In the words of runc. */
function missing(path: string): RuntimeError {
  const message = `error adding pid of the process to cgroups: open ${path}/cgroup.procs: no such file or directory`;
  return new RuntimeError('cgroup', message, {
    hint: "make the sub-cgroup first: --cgroup names one below the container's, and makes none",
  });
}
