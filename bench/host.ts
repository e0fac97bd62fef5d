/** What the machine is, without its name. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';

export interface HostFacts {
  /** Such as `2-core-vm`. */
  readonly kind: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly memory: string;
  /** Mounted hierarchies, such as `10 of version 1, 1 of version 2`. */
  readonly cgroups: string;
}

export function hostFacts(): HostFacts {
  const virtual = /^flags.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const count = (type: string) => mounts.split(` ${type} `).length - 1;
  return {
    kind: `${availableParallelism()}-core-${virtual ? 'vm' : 'machine'}`,
    kernel: release(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    cgroups: `${count('cgroup')} of version 1, ${count('cgroup2')} of version 2`,
  };
}
