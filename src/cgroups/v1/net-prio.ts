/** The net_prio controller: kernel, admin-guide/cgroup-v1/net_prio.rst. Version 2 has none. */
import { type ControllerLimits, restoreLine } from '../limit.ts';

export const netPrioLimits: ControllerLimits = ({ network }) =>
  (network?.priorities ?? []).map(({ name, priority }, index) => ({
    controller: 'net_prio',
    file: 'net_prio.ifpriomap',
    text: `${name} ${priority}`,
    field: `/network/priorities/${index}`,
    limit: `priority of packets on "${name}"`,
    restore: restoreLine(name, '0'),
  }));
