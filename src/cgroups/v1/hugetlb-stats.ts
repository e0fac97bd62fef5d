/** Huge pages, of version 1's hugetlb controller. */
import { amount, nonZero, type Read } from '../stats/stats.ts';

export function hugetlbStats(read: Read, pageSizes: readonly string[]): object {
  const sizes = pageSizes.filter((size) => read(`hugetlb.${size}.usage_in_bytes`) !== '');
  return Object.fromEntries(
    sizes.map((size) => {
      const value = (file: string) => amount(read(`hugetlb.${size}.${file}`) || '0');
      const used = nonZero({ usage: value('usage_in_bytes'), max: value('max_usage_in_bytes') });
      return [size, { ...used, failcnt: value('failcnt') }];
    }),
  );
}
