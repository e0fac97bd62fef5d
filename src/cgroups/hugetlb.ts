/** Limits of huge pages: the same on both versions of cgroups, but for the name of the files. */
import type { ControllerLimits } from './limit.ts';

/**
 * Reservations are limited, too, where the kernel can (since 5.7): a fault beyond the limit is a SIGBUS otherwise.
 *
 * @param file what ends the files' names, `max`
 */
export function hugetlbLimitsIn(file: string): ControllerLimits {
  return ({ hugepageLimits = [] }) =>
    hugepageLimits.flatMap(({ pageSize, limit }, index) => {
      const write = {
        controller: 'hugetlb',
        text: `${limit}`,
        field: `/hugepageLimits/${index}`,
        limit: `limit of huge pages of ${pageSize}`,
      };
      return [
        { ...write, file: `hugetlb.${pageSize}.rsvd.${file}`, mayBeMissing: true },
        { ...write, file: `hugetlb.${pageSize}.${file}` },
      ];
    });
}
