import { expect, test } from 'vitest';
import { load, messageFor, validConfig } from '../fixture.ts';

test.each([
  [{ memory: { limit: 10, swap: 9 } }, '/memory/swap: expected at least the limit, 10, found the number 9'],
  [{ memory: { swap: 9 } }, '/memory/swap: expected no swap without a memory limit'],
  [{ memory: { limit: -2 } }, '/memory/limit: expected a number of bytes, or -1, found the number -2'],
  [{ cpu: { period: 100 } }, '/cpu/period: expected 1000 to 1000000 microseconds, found the number 100'],
  [{ cpu: { quota: 999 } }, '/cpu/quota: expected at least 1000 microseconds'],
  [{ cpu: { quota: 1000, burst: 1001 } }, '/cpu/burst: expected at most the quota, 1000'],
  [
    { cpu: { realtimeRuntime: 9, realtimePeriod: 8 } },
    '/cpu/realtimeRuntime: expected at most the realtimePeriod, 8',
  ],
  [{ cpu: { idle: 2 } }, '/cpu/idle: expected 0 or 1'],
  [{ blockIO: { weight: 9 } }, '/blockIO/weight: expected a weight from 10 to 1000'],
  [
    { blockIO: { weightDevice: [{ major: 8, minor: -1, leafWeight: 1001 }] } },
    '/blockIO/weightDevice/0/minor: expected the number of one device, found the number -1',
  ],
  [
    { blockIO: { throttleReadBpsDevice: [{ major: -1, minor: 0, rate: 1 }] } },
    '/blockIO/throttleReadBpsDevice/0/major: expected the number of one device',
  ],
  [
    { hugepageLimits: [{ pageSize: '../x', limit: 1 }] },
    '/hugepageLimits/0/pageSize: expected a size such as "2MB" or "1GB", found the string "../x"',
  ],
  [
    { network: { priorities: [{ name: 'a b', priority: 1 }] } },
    '/network/priorities/0/name: expected the name of a network interface',
  ],
  [{ rdma: { 'a b': {} } }, '/rdma/a b: expected the name of an RDMA device'],
  [{ unified: { '../x.y': '1' } }, '/unified/..~1x.y: expected the name of a file of cgroup v2'],
  [{ unified: { memory: '1' } }, '/unified/memory: expected the name of a file of cgroup v2'],
])('%j', async (resources, expected) => {
  const text = await messageFor(({ linux }) => Object.assign(linux.resources, resources));
  expect(text).toContain(`/linux/resources${expected}`);
});

test.each([
  { memory: { limit: -1, swap: 5 } },
  { memory: { limit: 5, swap: -1 } },
  { memory: { limit: 0, swap: 0, reservation: -1 } },
  { cpu: { quota: -1, period: 0, burst: 5, idle: 1 } },
  { blockIO: { weight: 0 } },
  { pids: { limit: 0 } },
  { unified: { 'memory.high': '1', 'cgroup.max.depth': '3', 'hugetlb.2MB.max': '1' } },
])('%j is fine', (resources) => {
  const config = validConfig();
  Object.assign(config.linux?.resources ?? {}, resources);
  expect(load(JSON.stringify(config)).linux?.resources).toMatchObject(resources);
});
