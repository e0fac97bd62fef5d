/** The pids controller, the same in both versions: kernel, admin-guide/cgroup-v1/pids.rst. */
import { type ControllerLimits, orMax } from '../limit.ts';

/** 0 is a limit: the process that is there may make no other. */
export const pidsLimits: ControllerLimits = ({ pids }) =>
  pids?.limit === undefined
    ? []
    : [
        {
          ...{ controller: 'pids', file: 'pids.max', text: orMax(pids.limit) },
          ...{ field: '/pids/limit', limit: 'limit of processes', late: 'cloned' },
        },
      ];
