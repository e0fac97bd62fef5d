/**
 * What this version can do: features.md and features-linux.md of the runtime specification. Put together from the
 * tables that the code works with.
 */
import { PREFIX } from '../cgroups/systemd/annotations.ts';
import { capabilityNames } from '../kernel/constants/capability.ts';
import { memoryPolicyFlags, memoryPolicyModes } from '../kernel/constants/scheduling.ts';
import { namespaceKinds } from '../namespaces/kinds.ts';
import { mountOptions } from '../rootfs/mount-options.ts';
import { LOWERDIRS, OVERLAY } from '../rootfs/overlay/request.ts';
import { seccompFeatures } from '../seccomp/features.ts';
import { SPEC_VERSION, version } from './version.ts';

const HOOKS = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];

export function featuresDocument(): object {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOKS,
    mountOptions: [...mountOptions.keys()].sort(),
    linux: linux(),
    annotations: { 'org.tsrun.version': version, 'org.tsrun.checkpoint.enabled': 'false' },
    potentiallyUnsafeConfigAnnotations: UNSAFE_ANNOTATIONS,
  };
}

/** Annotations that change what tsrun does; a name that ends with a dot stands for all that begin with it. */
const UNSAFE_ANNOTATIONS = [PREFIX, OVERLAY, LOWERDIRS];

function linux(): object {
  return {
    namespaces: namespaceKinds.map(({ type }) => type).sort(),
    capabilities: capabilityNames,
    cgroup: {
      v1: true,
      v2: true,
      systemd: true,
      systemdUser: true,
      rdma: true,
    },
    seccomp: seccompFeatures(),
    apparmor: { enabled: true },
    selinux: { enabled: true },
    intelRdt: { enabled: true, schemata: true, monitoring: true },
    memoryPolicy: { modes: Object.keys(memoryPolicyModes), flags: Object.keys(memoryPolicyFlags) },
    mountExtensions: { idmap: { enabled: mountOptions.has('idmap') } },
    netDevices: { enabled: true },
  };
}
