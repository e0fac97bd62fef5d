/** Every field of the spec is in the schema, with its kind. */

import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/spec/parse-json.ts';
import { child, segments } from '../../../src/spec/pointer.ts';
import { validateConfig } from '../../../src/spec/validators.generated.js';

const MAPS = [{ containerID: 0, hostID: 1000, size: 1 }];
const HOOKS = [{ path: '/bin/true', args: ['true'], env: ['A=b'], timeout: 1 }];
const THROTTLE = [{ major: 8, minor: 0, rate: 2n ** 60n }];
const CAPABILITIES = ['CAP_KILL'];

const FULL = {
  ociVersion: '1.3.0',
  root: { path: 'rootfs', readonly: true },
  process: {
    terminal: true,
    consoleSize: { height: 24, width: 80 },
    user: { uid: 1, gid: 1, umask: 18, additionalGids: [5] },
    args: ['sh'],
    env: ['A=b'],
    cwd: '/',
    capabilities: {
      effective: CAPABILITIES,
      bounding: CAPABILITIES,
      inheritable: CAPABILITIES,
      permitted: CAPABILITIES,
      ambient: CAPABILITIES,
    },
    rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1, hard: 2n ** 64n - 1n }],
    noNewPrivileges: true,
    apparmorProfile: 'profile',
    selinuxLabel: 'label',
    oomScoreAdj: -1000,
    scheduler: {
      policy: 'SCHED_DEADLINE',
      nice: -5,
      priority: 1,
      flags: ['SCHED_FLAG_RESET_ON_FORK'],
      runtime: 1,
      deadline: 2,
      period: 3,
    },
    ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 4 },
    execCPUAffinity: { initial: '0', final: '0-3' },
  },
  hostname: 'host',
  domainname: 'domain',
  mounts: [
    { destination: '/m', type: 'bind', source: 's', options: ['bind'], uidMappings: MAPS, gidMappings: MAPS },
  ],
  hooks: {
    prestart: HOOKS,
    createRuntime: HOOKS,
    createContainer: HOOKS,
    startContainer: HOOKS,
    poststart: HOOKS,
    poststop: HOOKS,
  },
  annotations: { key: 'value' },
  linux: {
    namespaces: [{ type: 'network', path: '/proc/1/ns/net' }],
    uidMappings: MAPS,
    gidMappings: MAPS,
    timeOffsets: { monotonic: { secs: -5, nanosecs: 1 }, boottime: { secs: 5, nanosecs: 1 } },
    devices: [{ type: 'c', path: '/dev/fuse', major: 10, minor: 229, fileMode: 438, uid: 0, gid: 0 }],
    netDevices: { eth0: { name: 'eth1' } },
    cgroupsPath: '/a',
    resources: {
      devices: [{ allow: true, type: 'c', major: 10, minor: -1, access: 'rw' }],
      memory: {
        limit: -1,
        reservation: 1,
        swap: 1,
        kernel: -1,
        kernelTCP: -1,
        swappiness: 0,
        disableOOMKiller: true,
        useHierarchy: true,
        checkBeforeUpdate: true,
      },
      cpu: {
        shares: 1,
        quota: -1,
        burst: 1,
        period: 1,
        realtimeRuntime: 1,
        realtimePeriod: 1,
        cpus: '0',
        mems: '0',
        idle: 1,
      },
      pids: { limit: -1 },
      blockIO: {
        weight: 10,
        leafWeight: 10,
        weightDevice: [{ major: 8, minor: 0, weight: 1, leafWeight: 1 }],
        throttleReadBpsDevice: THROTTLE,
        throttleWriteBpsDevice: THROTTLE,
        throttleReadIOPSDevice: THROTTLE,
        throttleWriteIOPSDevice: THROTTLE,
      },
      hugepageLimits: [{ pageSize: '2MB', limit: 2n ** 63n }],
      network: { classID: 1, priorities: [{ name: 'eth0', priority: 1 }] },
      rdma: { mlx5: { hcaHandles: 1, hcaObjects: 1 } },
      unified: { 'memory.high': '1' },
    },
    intelRdt: {
      closID: 'id',
      schemata: ['L3:0=f'],
      l3CacheSchema: 'L3:0=f',
      memBwSchema: 'MB:0=1',
      enableMonitoring: true,
      enableCMT: true,
      enableMBM: true,
    },
    memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] },
    sysctl: { 'net.ipv4.ip_forward': '1' },
    seccomp: {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 1,
      architectures: ['SCMP_ARCH_X86_64'],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      listenerPath: '/run/seccomp.sock',
      listenerMetadata: 'x',
      syscalls: [
        {
          names: ['clone'],
          action: 'SCMP_ACT_ALLOW',
          errnoRet: 1,
          args: [{ index: 0, value: 2n ** 64n - 1n, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    },
    rootfsPropagation: 'rslave',
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
    mountLabel: 'label',
    personality: { domain: 'LINUX32', flags: ['F'] },
  },
};

test('a configuration with every field fits', () => {
  validateConfig(FULL);
  expect(validateConfig.errors).toBeNull();
});

describe('a value of the wrong kind', () => {
  test.each(allPointers(FULL, ''))('is found at %s', (pointer) => {
    // Not structuredClone, which would keep shared parts shared.
    const config = parseJson(stringifyJson(FULL));
    const names = segments(pointer);
    const last = names.pop() ?? '';
    const parent = names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
    const fields = parent as Record<string, unknown>;
    fields[last] = typeof fields[last] === 'object' ? 5 : { wrong: 'kind' };
    expect(validateConfig(config)).toBe(false);
    expect(validateConfig.errors?.map(({ instancePath }) => instancePath)).toEqual([pointer]);
  });
});

function allPointers(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, one]) => allPointers(one, child(at, key)));
  return at === '' ? inner : [at, ...inner];
}
