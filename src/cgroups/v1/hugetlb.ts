/** The hugetlb controller of cgroup v1: kernel, admin-guide/cgroup-v1/hugetlb.rst. */
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
      { ...write, file: `hugetlb.${pageSize}.rsvd.limit_in_bytes`, mayBeMissing: true },
      { ...write, file: `hugetlb.${pageSize}.limit_in_bytes` },
    ];
  });
