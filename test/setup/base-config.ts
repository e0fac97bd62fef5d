/** The config.json that tests start from: what `runc spec` writes, as root or (`--rootless`) for an ordinary user. */

/** Loose on purpose: tests also write what the specification forbids. */
// biome-ignore lint/suspicious/noExplicitAny: a test may put anything anywhere
export type LooseConfig = Record<string, any>;

const capabilities = () => ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

/** A fresh object that the caller may change. Runs `/bin/true`, without a terminal. */
export function baseConfig(uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0): LooseConfig {
  const rootless = uid !== 0;
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['/bin/true'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: { bounding: capabilities(), effective: capabilities(), permitted: capabilities() },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: false },
    hostname: 'container',
    mounts: mounts(rootless),
    linux: {
      ...(rootless
        ? {
            uidMappings: [{ containerID: 0, hostID: uid, size: 1 }],
            gidMappings: [{ containerID: 0, hostID: gid, size: 1 }],
          }
        : { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'cgroup', ...(rootless ? ['user'] : ['network'])].map(
        (type) => ({
          type,
        }),
      ),
      maskedPaths: ['/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

function mounts(rootless: boolean): LooseConfig[] {
  const quiet = ['nosuid', 'noexec', 'nodev'];
  const mount = (destination: string, type: string, source: string, options?: readonly string[]) => ({
    destination,
    type,
    source,
    ...(options && { options }),
  });
  const ptsOptions = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  return [
    mount('/proc', 'proc', 'proc'),
    mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/pts', 'devpts', 'devpts', rootless ? ptsOptions : [...ptsOptions, 'gid=5']),
    mount('/dev/shm', 'tmpfs', 'shm', [...quiet, 'mode=1777', 'size=65536k']),
    mount('/dev/mqueue', 'mqueue', 'mqueue', quiet),
    // sysfs needs a network namespace of one's own; the default for ordinary users has none.
    rootless
      ? mount('/sys', 'none', '/sys', ['rbind', ...quiet, 'ro'])
      : mount('/sys', 'sysfs', 'sysfs', [...quiet, 'ro']),
  ];
}
