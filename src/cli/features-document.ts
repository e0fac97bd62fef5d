/** What this version can do: features.md and features-linux.md of the runtime specification. */
import { SPEC_VERSION, version } from './version.ts';

const HOOKS = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];
const NAMESPACES = ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'];

/** Annotations that reach outside the container; an engine should not let its users set them. */
const UNSAFE_ANNOTATIONS = ['org.tsrun.overlay', 'org.tsrun.overlay.lowerdirs'];

export async function featuresDocument(): Promise<object> {
  const [{ capabilityNames }, { mountOptions }] = await Promise.all([
    import('../kernel/constants/capability.ts'),
    import('../rootfs/mount-options.ts'),
  ]);
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOKS,
    mountOptions: [...mountOptions.keys()].sort(),
    linux: linux(capabilityNames),
    annotations: { 'org.tsrun.version': await version(), 'org.tsrun.checkpoint.enabled': 'false' },
    potentiallyUnsafeConfigAnnotations: UNSAFE_ANNOTATIONS,
  };
}

function linux(capabilities: readonly string[]): object {
  return {
    namespaces: NAMESPACES,
    capabilities,
    cgroup: { v1: true, v2: true, systemd: false, systemdUser: false, rdma: false },
    seccomp: { enabled: false },
    apparmor: { enabled: false },
    selinux: { enabled: false },
    intelRdt: { enabled: false },
    mountExtensions: { idmap: { enabled: true } },
    netDevices: { enabled: false },
  };
}
