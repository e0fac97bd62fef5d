/** Fields that a host need not be able to do, one by one, and what is said about them there. */
import { existsSync, readFileSync } from 'node:fs';
import type { LooseConfig } from './base-config.ts';

export interface Refusal {
  readonly ask: (config: LooseConfig) => void;
  /** Whether this host has it after all. */
  readonly possible: () => boolean;
  readonly message: RegExp;
  /** The container runs all the same. */
  readonly warning?: true;
}

const never = () => false;

export const refusals: Readonly<Record<string, Refusal>> = {
  '/process/apparmorProfile': {
    ask: ({ process: own }) => Object.assign(own, { apparmorProfile: 'every-field' }),
    possible: () => existsSync('/sys/module/apparmor'),
    message: /cannot apply the AppArmor profile "every-field".*AppArmor is not enabled on this machine/s,
  },
  '/process/selinuxLabel': {
    ask: ({ process: own }) => Object.assign(own, { selinuxLabel: 'every:field' }),
    possible: () => existsSync('/sys/fs/selinux/enforce'),
    message: /cannot apply the SELinux label "every:field".*SELinux is not enabled on this machine/s,
  },
  '/linux/mountLabel': {
    ask: ({ linux }) => Object.assign(linux, { mountLabel: 'every:field' }),
    possible: () => existsSync('/sys/fs/selinux/enforce'),
    message: /warning: the mounts are not labelled "every:field": SELinux is not enabled/,
    warning: true,
  },
  '/linux/intelRdt': {
    ask: ({ linux }) => {
      const schemata = { schemata: ['MB:0=50'], l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=70' };
      linux.intelRdt = { closID: 'every-field', ...schemata, enableMonitoring: true };
    },
    possible: () => readFileSync('/proc/self/mountinfo', 'utf8').includes(' - resctrl '),
    message: /intelRdt is specified, but no resctrl file system is mounted/,
  },
  '/linux/personality/flags': {
    ask: ({ linux }) => Object.assign(linux, { personality: { domain: 'LINUX', flags: ['every'] } }),
    possible: never,
    message: /the specification has no flag values yet/,
  },
};

const onlyVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers');

/** Of what takes the machine's root. */
export const rootRefusals: Readonly<Record<string, Refusal>> = {
  '/linux/resources/network': {
    ask: ({ linux }) => {
      linux.resources.network = { classID: 1, priorities: [{ name: 'lo', priority: 2 }] };
    },
    possible: () => hasController('net_cls') && hasController('net_prio'),
    message: onlyVersion2
      ? /cgroup v2 has nothing for network/
      : /needs the cgroup controller "net_(cls|prio)", which is mounted nowhere/,
  },
  '/linux/resources/rdma': {
    ask: ({ linux }) => Object.assign(linux.resources, { rdma: { mlx5: { hcaHandles: 1, hcaObjects: 2 } } }),
    possible: () => hasController('rdma'),
    // There is the controller, and no such device.
    message: onlyVersion2
      ? /cannot set the limit of RDMA resources of "mlx5" .*: ENODEV/
      : /needs the cgroup controller "rdma", which is mounted nowhere/,
  },
  '/linux/resources/unified': {
    ask: ({ linux }) => Object.assign(linux.resources, { unified: { 'memory.high': '1' } }),
    possible: () => !hasController('memory'),
    message: /cannot use unified on cgroup v1/,
  },
  '/linux/resources/blockIO/leafWeight': {
    ask: ({ linux }) => {
      const weightDevice = [{ major: 7, minor: 0, weight: 100, leafWeight: 100 }];
      linux.resources.blockIO = { leafWeight: 100, weightDevice };
    },
    possible: () => existsSync('/sys/fs/cgroup/blkio/blkio.leaf_weight'),
    message: onlyVersion2
      ? /cgroup v2 has nothing for blockIO.leafWeight/
      : /cannot set the leaf weight of block devices/,
  },
};

/** Of ordinary users. */
export const rootlessRefusals: Readonly<Record<string, Refusal>> = {
  '/linux/netDevices': {
    ask: ({ linux }) => {
      linux.namespaces.push({ type: 'network' });
      linux.netDevices = { lo: {} };
    },
    possible: never,
    message: /network devices are not supported for rootless containers/,
  },
  '/linux/resources/memory': {
    ask: ({ linux }) => Object.assign(linux, { resources: { memory: { limit: 1 << 26 } } }),
    possible: () => !hasController('memory'),
    message: /cgroup/,
  },
};

/** Fields that another test is about. */
export const elsewhere: Readonly<Record<string, string>> = {
  '/linux/namespaces/*/path': 'joined-namespaces.test.ts',
  '/linux/seccomp/defaultErrnoRet': 'seccomp.test.ts',
  '/linux/seccomp/listenerPath': 'seccomp.test.ts',
  '/linux/seccomp/listenerMetadata': 'seccomp.test.ts',
  '/process/scheduler/runtime': 'process.test.ts',
  '/process/scheduler/deadline': 'process.test.ts',
  '/process/scheduler/period': 'process.test.ts',
};

/** Of version 1. */
function hasController(name: string): boolean {
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  return new RegExp(`^\\d+:([^:]*,)?${name}(,[^:]*)?:`, 'm').test(groups);
}
