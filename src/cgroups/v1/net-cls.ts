/** The net_cls controller: kernel, admin-guide/cgroup-v1/net_cls.rst. Version 2 has none. */
import { type ControllerLimits, isSet } from '../limit.ts';

export const netClsLimits: ControllerLimits = ({ network }) =>
  isSet(network?.classID)
    ? [
        {
          ...{ controller: 'net_cls', file: 'net_cls.classid', text: `${network?.classID}` },
          ...{ field: '/network/classID', limit: 'class of network packets' },
        },
      ]
    : [];
