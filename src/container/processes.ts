/** `ps`: the processes of a container, by their pids as the caller sees them. */
import { cgroupProcesses } from '../cgroups/processes.ts';
import { checkContainerId } from './container-id.ts';
import { namespaceProcesses } from './namespace-processes.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import { initOf } from './status.ts';

/**
 * Its cgroup's; without a cgroup, those of its pid namespace and their descendants.
 *
 * @returns nothing for a stopped container @throws RuntimeError `not-found`
 */
export function processes(runtime: Runtime, id: string): readonly number[] {
  checkContainerId(id);
  const record = new StateDirectory(runtime.root, id).read();
  if (!record) return [];
  const members = cgroupProcesses(record.cgroups).sort((a, b) => a - b);
  if (members.includes(record.pid) || !initOf(record)?.isAlive) return members;
  runtime.log.debug('the container has no cgroup: its processes are found by pid namespace and parents');
  return namespaceProcesses(record.pid);
}
