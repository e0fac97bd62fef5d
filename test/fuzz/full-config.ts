/** A configuration with every field, each with a value that is accepted. */
import type { LooseConfig } from '../setup/base-config.ts';

const maps = [{ containerID: 0, hostID: 1000, size: 10 }];
const hook = [{ path: '/bin/true', args: ['true'], env: ['A=b'], timeout: 1 }];
const throttle = [{ major: 8, minor: 0, rate: 1_000_000 }];
const set = ['CAP_KILL', 'CAP_CHOWN'];

export const fullConfig: LooseConfig = {
  ociVersion: '1.3.0',
  root: { path: 'rootfs', readonly: true },
  process: {
    terminal: true,
    consoleSize: { height: 24, width: 80 },
    user: { uid: 1, gid: 1, umask: 18, additionalGids: [5] },
    args: ['sh', '-c', 'true'],
    env: ['PATH=/bin', 'A=b'],
    cwd: '/work',
    capabilities: { effective: set, bounding: set, inheritable: [], permitted: set, ambient: [] },
    rlimits: [
      { type: 'RLIMIT_NOFILE', soft: 1, hard: 2n ** 64n - 1n },
      { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
    ],
    noNewPrivileges: true,
    oomScoreAdj: 100,
    scheduler: { policy: 'SCHED_BATCH', nice: 5 },
    ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 4 },
    execCPUAffinity: { initial: '0', final: '0-3' },
  },
  hostname: 'host',
  domainname: 'domain',
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['newinstance', 'ptmxmode=0666'] },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro', 'nosuid', 'noexec', 'nodev'] },
    { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] },
    { destination: '/b', type: 'bind', source: '/x', options: ['rbind', 'rro', 'rslave'] },
    {
      destination: '/i',
      type: 'bind',
      source: '/x',
      options: ['bind', 'idmap'],
      uidMappings: maps,
      gidMappings: maps,
    },
    { destination: '/o', type: 'overlay', source: 'overlay', options: ['lowerdir=/x:/y'] },
  ],
  hooks: {
    prestart: hook,
    createRuntime: hook,
    createContainer: hook,
    startContainer: hook,
    poststart: hook,
    poststop: hook,
  },
  annotations: { key: 'value', 'org.tsrun.overlay': 'tmpfs=1m' },
  linux: {
    namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'user', 'cgroup', 'time'].map((type) => ({ type })),
    uidMappings: maps,
    gidMappings: maps,
    timeOffsets: { monotonic: { secs: 5, nanosecs: 1 }, boottime: { secs: 5, nanosecs: 1 } },
    devices: [{ type: 'c', path: '/dev/fuse', major: 10, minor: 229, fileMode: 438, uid: 0, gid: 0 }],
    netDevices: { tsrunfuzz0: { name: 'eth1' } },
    cgroupsPath: '/tsrun-fuzz',
    resources: {
      devices: [
        { allow: false, access: 'rwm' },
        { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
      ],
      memory: {
        limit: 100_000_000,
        reservation: 1_000_000,
        swap: 200_000_000,
      },
      cpu: { shares: 100, quota: 100_000, period: 100_000, cpus: '0', mems: '0' },
      pids: { limit: 100 },
      blockIO: {
        weight: 10,
        weightDevice: [{ major: 8, minor: 0, weight: 10 }],
        throttleReadBpsDevice: throttle,
      },
      hugepageLimits: [{ pageSize: '2MB', limit: 2n ** 63n }],
      rdma: { mlx5: { hcaHandles: 1, hcaObjects: 1 } },
      unified: { 'memory.high': '100000000' },
    },
    memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] },
    sysctl: { 'net.ipv4.ip_forward': '1', 'kernel.shmmax': '1000' },
    seccomp: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86_64'],
      syscalls: [
        {
          names: ['mkdir', 'cachestat'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 1,
          args: [{ index: 0, value: 2n ** 64n - 1n, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
        },
      ],
    },
    rootfsPropagation: 'rslave',
    maskedPaths: ['/proc/kcore', '/etc/secret'],
    readonlyPaths: ['/proc/sys'],
    personality: { domain: 'LINUX' },
  },
};

/** What only version 1 of cgroups has. */
export const version1Resources: LooseConfig = {
  memory: { limit: 100_000_000, swappiness: 0, disableOOMKiller: false, kernelTCP: 1_000_000 },
  cpu: { shares: 100, realtimeRuntime: 1000, realtimePeriod: 1_000_000 },
  devices: [{ allow: true, type: 'c', major: 10, minor: -1, access: 'rw' }],
};
