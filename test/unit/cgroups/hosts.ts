/** Machines, as /proc/self/cgroup and /proc/self/mountinfo tell of them. */
import { type HostCgroups, parseHostCgroups } from '../../../src/host/cgroups.ts';

const rest = `23 1 254:0 / / rw,relatime - ext4 /dev/vda rw
24 23 0:22 / /sys rw,nosuid - sysfs sysfs rw
31 24 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
`;

/** Version 1 with a version 2 that has no controllers. */
export const hybrid: HostCgroups = parseHostCgroups(
  '9:name=systemd:/\n5:devices:/\n4:memory:/jobs/7\n3:cpuset:/\n2:cpu,cpuacct:/\n0::/\n',
  `${rest}32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/devices rw shared:9 - cgroup cgroup rw,devices
40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
90 23 0:32 / /mnt/again rw - cgroup cgroup rw,memory
`,
);

export const unified: HostCgroups = parseHostCgroups(
  '0::/user.slice/user-1000.slice/session-1.scope\n',
  `${rest.split('\n').slice(0, 2).join('\n')}
31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`,
);

/** Only a part of the hierarchy is mounted. */
export const nested: HostCgroups = parseHostCgroups(
  '4:memory:/docker/abc/job\n',
  '35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n',
);

/** Version 2 is mounted over the others, which are still listed. */
export const covered: HostCgroups = parseHostCgroups(
  '4:memory:/\n0::/\n',
  `35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
99 31 0:38 / /sys/fs/cgroup rw - cgroup2 none rw
`,
);

/** The files that are looked at on these machines, by their paths. */
export const machineFiles: Readonly<Record<string, string>> = {
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc',
  '/sys/fs/cgroup/cgroup.subtree_control': 'cpu io memory pids',
  '/sys/fs/cgroup/unified/cgroup.controllers': 'hugetlb',
  '/sys/fs/cgroup/cpuset.cpus.effective': '0-7',
  '/sys/fs/cgroup/user.slice/cpuset.cpus.effective': '0-5',
  '/sys/dev/block/8:0/dev': '8:0',
  '/sys/dev/block/8:1/dev': '8:1',
  '/sys/dev/block/8:1/partition': '1',
  '/sys/dev/block/8:16/dev': '8:16',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0',
};
