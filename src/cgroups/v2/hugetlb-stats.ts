/** Huge pages, of version 2's hugetlb controller. */
import { amount, nonZero, type Read, table } from '../stats/stats.ts';

export function hugetlbStats(read: Read, pageSizes: readonly string[]): object {
  const sizes = pageSizes.filter((size) => read(`hugetlb.${size}.current`) !== '');
  return Object.fromEntries(
    sizes.map((size) => [
      size,
      {
        ...nonZero({ usage: amount(read(`hugetlb.${size}.current`)) }),
        failcnt: table(read(`hugetlb.${size}.events`)).get('max') ?? 0,
      },
    ]),
  );
}
