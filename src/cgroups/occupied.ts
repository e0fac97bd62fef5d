/** A cgroup that is there already may be somebody's: what is looked at before it becomes the container's. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { existsSync } from '../kernel/file-system.ts';
import { readOrEmpty } from './file-text.ts';
import type { CgroupDirectory } from './paths.ts';
import { processesBelow } from './processes.ts';

/**
 * To be called before anything is made or recorded: what is recorded as the container's is killed and removed
 * with it.
 *
 * @throws RuntimeError `cgroup`
 */
export function refuseOccupied(directories: readonly CgroupDirectory[]): void {
  const problem = occupied(directories.filter(({ path }) => existsSync(path)));
  if (problem) throw problem;
}

/** A cgroup that somebody else uses: its limits would be theirs, and `delete` would kill them. */
export function occupied(directories: readonly CgroupDirectory[]): RuntimeError | undefined {
  const pointer = '/linux/cgroupsPath';
  for (const directory of directories) {
    const { length } = processesBelow(directory.path);
    if (length > 0) {
      return new RuntimeError('cgroup', `container's cgroup is not empty: ${length} process(es) found`, {
        pointer,
        hint: `another container or service uses "${directory.path}": choose another id or linux.cgroupsPath`,
      });
    }
    if (isFrozen(directory)) {
      return new RuntimeError('cgroup', "container's cgroup unexpectedly frozen", {
        pointer,
        hint: `thaw or remove "${directory.path}"`,
      });
    }
  }
  return undefined;
}

function isFrozen({ version, controllers, path }: CgroupDirectory): boolean {
  if (version === 2) return readOrEmpty(`${path}/cgroup.freeze`) === '1';
  return controllers.includes('freezer') && readOrEmpty(`${path}/freezer.state`).startsWith('FR');
}
