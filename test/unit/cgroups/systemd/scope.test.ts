import { describe, expect, test } from 'vitest';
import { newLimits } from '../../../../src/cgroups/manager.ts';
import { containerCgroups } from '../../../../src/cgroups/paths.ts';
import { bitsOf } from '../../../../src/cgroups/systemd/cpuset.ts';
import { limitProperties } from '../../../../src/cgroups/systemd/limit-properties.ts';
import { propertyText } from '../../../../src/cgroups/systemd/property.ts';
import { lateProperties, scopeProperties } from '../../../../src/cgroups/systemd/scope.ts';
import type { HostCgroups } from '../../../../src/host/cgroups.ts';
import type { Resources } from '../../../../src/spec/types.ts';
import { hybrid, machineFiles, unified } from '../hosts.ts';

const all = 'cpu cpuset io memory pids hugetlb rdma misc';

/** Devices as on the other machines; every level has all controllers. */
function read(path: string): string {
  if (path.includes('/cgroup.')) return all;
  return path.startsWith('/sys/fs/cgroup/') ? '' : (machineFiles[path] ?? '');
}

function limits(resources: Resources, host: HostCgroups) {
  const unitPath = '/system.slice/tsrun-web.scope';
  const { directories } = containerCgroups(host, { id: 'web', unitPath });
  return newLimits(directories, host, resources, { read, isRefused: () => false });
}

function properties(resources: Resources, { host = unified, version = 252 } = {}): string[] {
  return limitProperties(limits(resources, host), version).map(propertyText);
}

describe('limits of version 2 as properties', () => {
  const quota = (cpu: NonNullable<Resources['cpu']>, version?: number) =>
    properties({ cpu }, version === undefined ? {} : { version });

  test('memory', () => {
    const memory = { limit: 100, reservation: 50, swap: 150 };
    expect(properties({ memory })).toEqual(['MemoryLow=50', 'MemoryMax=100', 'MemorySwapMax=50']);
    expect(properties({ memory: { limit: -1 } })).toEqual(['MemoryMax=infinity', 'MemorySwapMax=infinity']);
  });

  test('cpu: whole percents, rounded up; the period where systemd knows it', () => {
    expect(quota({ shares: 1024 })).toEqual(['CPUWeight=100']);
    expect(quota({ quota: 33_333, period: 100_000 })).toEqual([
      'CPUQuotaPeriodUSec=100000',
      'CPUQuotaPerSecUSec=340000',
    ]);
    expect(quota({ quota: 5000, period: 10_000 }, 241)).toEqual(['CPUQuotaPerSecUSec=500000']);
    expect(quota({ quota: -1 })).toEqual(['CPUQuotaPeriodUSec=100000', 'CPUQuotaPerSecUSec=infinity']);
  });

  test('cpu: the idle class since 252', () => {
    expect(quota({ idle: 1, shares: 512 })).toEqual(['CPUWeight=0']);
    expect(quota({ idle: 1 }, 251)).toEqual([]);
    expect(quota({ idle: 0 })).toEqual(['CPUWeight=infinity']);
  });

  test('cpuset, since 244', () => {
    expect(quota({ cpus: '0-2,9', mems: '1' })).toEqual(['AllowedCPUs=7 2', 'AllowedMemoryNodes=2']);
    expect(quota({ cpus: '0' }, 243)).toEqual([]);
  });

  test('pids and io', () => {
    expect(properties({ pids: { limit: 5 } })).toEqual(['TasksMax=5']);
    expect(properties({ pids: { limit: -1 } })).toEqual(['TasksMax=infinity']);
    expect(properties({ pids: { limit: 0 } })).toEqual(['TasksMax=1']);
    const weightDevice = [{ major: 8, minor: 0, weight: 20 }];
    expect(properties({ blockIO: { weight: 1000, weightDevice } })).toEqual(['IOWeight=10000']);
  });

  test('unified has the last word, and what systemd has nothing for is left to the files', () => {
    const own = {
      'memory.max': 'max',
      'memory.high': '4096',
      'cpu.max': '20000',
      'memory.oom.group': '1',
      'hugetlb.2MB.max': '0',
    };
    expect(properties({ memory: { limit: 100 }, unified: own })).toEqual([
      'MemoryHigh=4096',
      'MemoryMax=infinity',
      'CPUQuotaPerSecUSec=200000',
    ]);
  });
});

test('limits of version 1 as properties', () => {
  const resources: Resources = {
    memory: { limit: 100, swap: 200 },
    cpu: { shares: 512, quota: 5000, period: 10_000, cpus: '1' },
  };
  expect(properties(resources, { host: hybrid })).toEqual([
    'MemoryLimit=100',
    'CPUShares=512',
    'CPUQuotaPeriodUSec=10000',
    'CPUQuotaPerSecUSec=500000',
    'AllowedCPUs=2',
  ]);
});

test('a list of numbers as bits', () => {
  expect(bitsOf('0')).toEqual([1]);
  expect(bitsOf('7-8, 16')).toEqual([128, 1, 1]);
  expect(bitsOf('a')).toBeUndefined();
});

describe('a scope', () => {
  const request = {
    id: 'web',
    slice: 'a.slice',
    manager: 'system',
    version: 252,
    cgroups: 2,
    devices: [],
    limits: { handDown: [], writes: [] },
    annotations: { 'org.systemd.property.TimeoutStopSec': '5' },
  } as const;

  test('is delegated, counted, and forgotten when it is over', () => {
    expect(scopeProperties(request).map(propertyText)).toEqual([
      'Description=tsrun container web',
      'Slice=a.slice',
      'Delegate=yes',
      'DefaultDependencies=no',
      'CollectMode=inactive-or-failed',
      'MemoryAccounting=yes',
      'CPUAccounting=yes',
      'IOAccounting=yes',
      'TasksAccounting=yes',
      'TimeoutStopUSec=5000000',
      'DevicePolicy=strict',
      expect.stringContaining('[/dev/char/1:3, rwm]'),
    ]);
  });

  test('has the limits of the configuration, whatever its annotations say', () => {
    const annotations = { 'org.systemd.property.TasksMax': 'uint64 1000' };
    const limited = { ...request, annotations, limits: limits({ pids: { limit: 100 } }, unified) };
    const assigned = scopeProperties(limited).map(propertyText);
    expect(assigned.findLast((text) => text.startsWith('TasksMax='))).toBe('TasksMax=100');
  });

  test('has no device rules with the user’s systemd, which cannot keep them', () => {
    const names = scopeProperties({ ...request, manager: 'user' }).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('Device'))).toEqual([]);
  });

  test('has room for the stubs until the container’s first process is there', () => {
    const tight = { ...request, limits: limits({ pids: { limit: 1 } }, unified) };
    expect(scopeProperties(tight).map(propertyText)).toContain('TasksMax=3');
    expect(lateProperties(tight).map(propertyText)).toEqual(['TasksMax=1']);
    const wide = { ...request, limits: limits({ pids: { limit: 100 } }, unified) };
    expect(lateProperties(wide)).toEqual([]);
  });
});
