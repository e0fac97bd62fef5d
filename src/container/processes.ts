/** `ps`: the processes of a container, by their pids as the caller sees them. */
import { processesBelow } from '../cgroups/processes.ts';
import { checkContainerId } from './container-id.ts';
import { openFirstProcess } from './first-process.ts';
import { namespaceProcesses } from './namespace-processes.ts';
import { anyOwnCgroup } from './own-cgroups.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';

/**
 * Its cgroup's; if its first process is not among them, those of its pid namespace and their descendants too.
 *
 * @returns nothing for a stopped container @throws RuntimeError `not-found`
 */
export function processes(runtime: Runtime, id: string): readonly number[] {
  checkContainerId(id);
  const record = new StateDirectory(runtime.root, id).read();
  if (!record) return [];
  using first = openFirstProcess(record);
  const own = anyOwnCgroup(record);
  const members = own === undefined ? [] : ascending(processesBelow(own));
  if (!first || members.includes(first.pid)) return members;
  runtime.log.debug('the container has no cgroup: its processes are found by pid namespace and parents');
  return ascending([...new Set([...members, ...namespaceProcesses(first.pid)])]);
}

function ascending(pids: readonly number[]): number[] {
  return [...pids].sort((a, b) => a - b);
}
