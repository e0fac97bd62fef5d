/** What version 1 had the controllers net_cls and net_prio for. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { type ControllerLimits, isSet } from '../limit.ts';

export const networkLimits: ControllerLimits = ({ network }) => {
  const field = isSet(network?.classID) ? 'classID' : network?.priorities?.length ? 'priorities' : undefined;
  if (field === undefined) return [];
  throw new RuntimeError('cgroup', `cgroup v2 has nothing for network.${field}`, {
    pointer: `/linux/resources/network/${field}`,
    hint: 'leave it out; nftables and BPF know packets by their cgroup',
  });
};
