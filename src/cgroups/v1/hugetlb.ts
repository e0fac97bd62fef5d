/** The hugetlb controller of cgroup v1: kernel, admin-guide/cgroup-v1/hugetlb.rst. */
import { hugetlbLimitsIn } from '../hugetlb.ts';

export const hugetlbLimits = hugetlbLimitsIn('limit_in_bytes');
