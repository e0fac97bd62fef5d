/** The controllers that the recorded machine has none of. */
import { describe, expect, test } from 'vitest';
import type { ControllerLimits } from '../../../../src/cgroups/limit.ts';
import { nothingYet } from '../../../../src/cgroups/limit.ts';
import { blkioLimits } from '../../../../src/cgroups/v1/blkio.ts';
import { hugetlbLimits } from '../../../../src/cgroups/v1/hugetlb.ts';
import { netClsLimits } from '../../../../src/cgroups/v1/net-cls.ts';
import { netPrioLimits } from '../../../../src/cgroups/v1/net-prio.ts';
import { pidsLimits } from '../../../../src/cgroups/v1/pids.ts';
import { rdmaLimits } from '../../../../src/cgroups/v1/rdma.ts';
import type { Resources } from '../../../../src/spec/types.ts';

function written(limits: ControllerLimits, resources: Resources): string[] {
  return limits(resources, nothingYet).map(({ file, text, otherwise }) =>
    [`${file} ${text}`, ...(otherwise ? [`${otherwise.file} ${otherwise.text}`] : [])].join(' | '),
  );
}

test('pids: no limit is "max", and none at all is a limit', () => {
  expect(written(pidsLimits, { pids: { limit: -1 } })).toEqual(['pids.max max']);
  expect(written(pidsLimits, { pids: { limit: 0 } })).toEqual(['pids.max 0']);
  expect(written(pidsLimits, { pids: {} })).toEqual([]);
});

describe('blkio', () => {
  test('weights go to the scheduler that has any, limits to the devices', () => {
    const device = { major: 8, minor: 16 };
    const blockIO = {
      ...{ weight: 500, leafWeight: 300, weightDevice: [{ ...device, weight: 400, leafWeight: 200 }] },
      throttleReadBpsDevice: [{ ...device, rate: 2n ** 60n }],
      throttleWriteBpsDevice: [{ ...device, rate: 1 }],
      throttleReadIOPSDevice: [{ ...device, rate: 2 }],
      throttleWriteIOPSDevice: [{ ...device, rate: 3 }],
    };
    expect(written(blkioLimits, { blockIO })).toEqual([
      'blkio.bfq.weight 500 | blkio.weight 500',
      'blkio.leaf_weight 300',
      'blkio.bfq.weight_device 8:16 400 | blkio.weight_device 8:16 400',
      'blkio.leaf_weight_device 8:16 200',
      `blkio.throttle.read_bps_device 8:16 ${2n ** 60n}`,
      'blkio.throttle.write_bps_device 8:16 1',
      'blkio.throttle.read_iops_device 8:16 2',
      'blkio.throttle.write_iops_device 8:16 3',
    ]);
  });

  test('a device gets back what it had, or no limit', () => {
    const [write] = blkioLimits(
      { blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 1, rate: 5 }] } },
      nothingYet,
    );
    expect(write?.restore?.('8:16 7\n8:1 9')).toEqual(['8:1 9']);
    expect(write?.restore?.('8:16 7')).toEqual(['8:1 0']);
  });
});

test('huge pages: what is reserved, where the kernel can, and what is used', () => {
  expect(written(hugetlbLimits, { hugepageLimits: [{ pageSize: '1GB', limit: 5 }] })).toEqual([
    'hugetlb.1GB.rsvd.limit_in_bytes 5',
    'hugetlb.1GB.limit_in_bytes 5',
  ]);
});

test('network: class and priorities', () => {
  const network = { classID: 0x100001, priorities: [{ name: 'eth0', priority: 5 }] };
  expect(written(netClsLimits, { network })).toEqual(['net_cls.classid 1048577']);
  expect(written(netPrioLimits, { network })).toEqual(['net_prio.ifpriomap eth0 5']);
});

test('rdma: one line per device', () => {
  const rdma = { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 }, mlx4_0: { hcaObjects: 7 }, rxe3: {} };
  expect(written(rdmaLimits, { rdma })).toEqual([
    'rdma.max mlx5_1 hca_handle=3 hca_object=10000',
    'rdma.max mlx4_0 hca_object=7',
  ]);
});
