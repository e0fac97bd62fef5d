/** The rdma controller, the same in both versions: kernel, admin-guide/cgroup-v1/rdma.rst. */
import { type ControllerLimits, restoreLine } from '../limit.ts';

export const rdmaLimits: ControllerLimits = ({ rdma = {} }) =>
  Object.entries(rdma).flatMap(([device, { hcaHandles, hcaObjects }]) => {
    const parts = [
      ...(hcaHandles === undefined ? [] : [`hca_handle=${hcaHandles}`]),
      ...(hcaObjects === undefined ? [] : [`hca_object=${hcaObjects}`]),
    ];
    if (parts.length === 0) return [];
    return [
      {
        controller: 'rdma',
        file: 'rdma.max',
        text: [device, ...parts].join(' '),
        field: `/rdma/${device.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        limit: `limit of RDMA resources of "${device}"`,
        restore: restoreLine(device, 'hca_handle=max hca_object=max'),
      },
    ];
  });
