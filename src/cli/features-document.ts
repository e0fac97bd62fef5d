/**
 * What this version can do: features.md and features-linux.md of the runtime specification. Put together from the
 * tables that the code works with.
 */
import { SPEC_VERSION, version } from './version.ts';

const HOOKS = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];

export async function featuresDocument(): Promise<object> {
  const { mountOptions } = await import('../rootfs/mount-options.ts');
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOKS,
    mountOptions: [...mountOptions.keys()].sort(),
    linux: await linux(),
    annotations: { 'org.tsrun.version': await version(), 'org.tsrun.checkpoint.enabled': 'false' },
    potentiallyUnsafeConfigAnnotations: await unsafeAnnotations(),
  };
}

/** Annotations that change what tsrun does; a name that ends with a dot stands for all that begin with it. */
async function unsafeAnnotations(): Promise<readonly string[]> {
  const [{ PREFIX }, { LOWERDIRS, OVERLAY }] = await Promise.all([
    import('../cgroups/systemd/annotations.ts'),
    import('../rootfs/overlay/request.ts'),
  ]);
  return [PREFIX, OVERLAY, LOWERDIRS];
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
