/** The hugetlb controller of cgroup v2: kernel, admin-guide/cgroup-v2.rst. */
import type { ControllerLimits } from '../limit.ts';

/** Reservations are limited, too, where the kernel can (since 5.7): a fault beyond the limit is a SIGBUS otherwise. */
export const hugetlbLimits: ControllerLimits = ({ hugepageLimits = [] }) =>
  hugepageLimits.flatMap(({ pageSize, limit }, index) => {
    const write = {
      controller: 'hugetlb',
      text: `${limit}`,
      field: `/hugepageLimits/${index}`,
      limit: `limit of huge pages of ${pageSize}`,
    };
    return [
      { ...write, file: `hugetlb.${pageSize}.rsvd.max`, mayBeMissing: true },
      { ...write, file: `hugetlb.${pageSize}.max` },
    ];
  });
