/**
 * What this version can do: features.md and features-linux.md of the runtime specification. Put together from the
 * tables that the code works with; what a configuration may not ask for (`spec/unsupported.ts`) is not enabled.
 */
import { unsupportedInConfig } from '../spec/unsupported.ts';
import { SPEC_VERSION, version } from './version.ts';

const HOOKS = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];

/** Annotations that reach outside the container; an engine should not let its users set them. */
const UNSAFE_ANNOTATIONS = ['org.tsrun.overlay', 'org.tsrun.overlay.lowerdirs'];

export async function featuresDocument(): Promise<object> {
  const { mountOptions } = await import('../rootfs/mount-options.ts');
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOKS,
    mountOptions: [...mountOptions.keys()].sort(),
    linux: await linux(),
    annotations: { 'org.tsrun.version': await version(), 'org.tsrun.checkpoint.enabled': 'false' },
    potentiallyUnsafeConfigAnnotations: UNSAFE_ANNOTATIONS,
  };
}

async function linux(): Promise<object> {
  const [{ capabilityNames }, { namespaceKinds }, { memoryPolicyFlags, memoryPolicyModes }] =
    await Promise.all([
      import('../kernel/constants/capability.ts'),
      import('../namespaces/kinds.ts'),
      import('../kernel/constants/scheduling.ts'),
    ]);
  const { mountOptions } = await import('../rootfs/mount-options.ts');
  const { seccompFeatures } = await import('../seccomp/features.ts');
  return {
    namespaces: namespaceKinds.map(({ type }) => type).sort(),
    capabilities: capabilityNames,
    cgroup: {
      v1: true,
      v2: true,
      systemd: false,
      systemdUser: false,
      rdma: takes({ resources: { rdma: ASKED } }),
    },
    seccomp: seccompFeatures(),
    apparmor: { enabled: true },
    selinux: { enabled: true },
    intelRdt: intelRdt(),
    memoryPolicy: { modes: Object.keys(memoryPolicyModes), flags: Object.keys(memoryPolicyFlags) },
    mountExtensions: { idmap: { enabled: mountOptions.has('idmap') } },
    netDevices: { enabled: takes({ netDevices: ASKED }) },
  };
}

function intelRdt(): object {
  return {
    enabled: takes({ intelRdt: { closID: 'x' } }),
    schemata: takes({ intelRdt: { schemata: ['x'] } }),
    monitoring: takes({ intelRdt: { enableMonitoring: true } }),
  };
}

/** Something that asks for a field. */
const ASKED = { any: 'x' };

function takes(part: object): boolean {
  return unsupportedInConfig({ linux: part }).length === 0;
}
