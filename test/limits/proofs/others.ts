/** Huge pages, and controllers that few machines have. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { LooseConfig } from '../../setup/base-config.ts';
import { must, NotApplicable, type Proof } from '../proof.ts';
import { MiB } from './memory.ts';

const PAGES = '/proc/sys/vm/nr_hugepages';

/** Has the kernel set some pages of 2 MiB aside. @returns gives them back */
function reservePages(): () => void {
  const before = readFileSync(PAGES, 'utf8').trim();
  const free = () =>
    Number(/^HugePages_Free:\s+(\d+)$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1] ?? 0);
  if (process.getuid?.() === 0 && free() < 8) writeFileSync(PAGES, `${Number(before) + 8}`);
  return () => {
    if (process.getuid?.() === 0) writeFileSync(PAGES, before);
  };
}

const limits = { hugepageLimits: [{ pageSize: '2MB', limit: 4 * MiB }] };

export const hugetlb: readonly Proof[] = [
  {
    claim: 'hugepageLimits: no more pages than that',
    as: 'root',
    resources: limits,
    files: {
      1: { 'hugetlb.2MB.limit_in_bytes': `${4 * MiB}` },
      2: { 'hugetlb.2MB.max': `${4 * MiB}` },
    },
    prepare: reservePages,
    config: ({ mounts }: LooseConfig) => {
      mounts.push({ destination: '/huge', type: 'hugetlbfs', source: 'none', options: ['pagesize=2M'] });
    },
    shows: async (container, { host }) => {
      const { code, stderr } = await container.exec(
        'fallocate -l 4194304 /huge/a || exit 9; fallocate -l 2097152 /huge/b',
      );
      if (code === 9) throw new NotApplicable(`no huge pages are to be had: ${stderr.trim()}`);
      must(code !== 0, 'a third page is had');
      const counted =
        host.version('hugetlb') === 1
          ? Number(container.read('hugetlb.2MB.failcnt'))
          : container.count('hugetlb.2MB.events', 'max');
      must(counted > 0, 'it is not the limit that refuses the third page');
      return `the third page: ${stderr.trim().replace(/^.*: /, '')}`;
    },
  },
  {
    claim: 'hugepageLimits in a delegated cgroup',
    as: 'user',
    resources: limits,
    files: { 2: { 'hugetlb.2MB.max': `${4 * MiB}` } },
    unseen: 'an ordinary user cannot mount hugetlbfs',
  },
];

export const others: readonly Proof[] = [
  {
    claim: 'rdma',
    resources: { rdma: { mlx5_0: { hcaHandles: 2, hcaObjects: 100 } } },
    files: { 1: { 'rdma.max': /hca_handle=2/ }, 2: { 'rdma.max': /hca_handle=2/ } },
    unseen: 'needs a device',
  },
  {
    claim: 'unified misc.max',
    resources: { unified: { 'misc.max': 'res_a 1' } },
    files: { 2: { 'misc.max': /^res_a 1$/m } },
    unseen: 'needs a resource of the kernel',
  },
  {
    claim: 'network.classID',
    resources: { network: { classID: 0x10001 } },
    files: { 1: { 'net_cls.classid': '65537' } },
    unseen: 'a mark for filters',
  },
  {
    claim: 'network.priorities',
    resources: { network: { priorities: [{ name: 'lo', priority: 3 }] } },
    files: { 1: { 'net_prio.ifpriomap': /^lo 3$/m } },
    unseen: 'a mark for queues',
  },
];
