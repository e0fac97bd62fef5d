/** The cpuset controller of cgroup v1, cpuset(7). What is not asked for is the parent's: `../cpuset.ts`. */
import type { ControllerLimits } from '../limit.ts';

export const cpusetLimits: ControllerLimits = ({ cpu }) => [
  ...(cpu?.cpus
    ? [
        {
          controller: 'cpuset',
          file: 'cpuset.cpus',
          text: cpu.cpus,
          field: '/cpu/cpus',
          limit: 'set of CPUs',
        },
      ]
    : []),
  ...(cpu?.mems
    ? [
        {
          ...{ controller: 'cpuset', file: 'cpuset.mems', text: cpu.mems },
          ...{ field: '/cpu/mems', limit: 'set of memory nodes' },
        },
      ]
    : []),
];
