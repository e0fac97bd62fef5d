/** The hugetlb controller of cgroup v2: kernel, admin-guide/cgroup-v2.rst. */
import { hugetlbLimitsIn } from '../hugetlb.ts';

export const hugetlbLimits = hugetlbLimitsIn('max');
