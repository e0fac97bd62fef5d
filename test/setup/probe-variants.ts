/** The configurations, and the ways of calling, under which the probe compares the runtimes. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { LooseConfig } from './base-config.ts';
import type { Bundle } from './rig.ts';

export type Oracle = 'runc' | 'crun';
export type Runtime = Oracle | 'tsrun';

export interface Setting {
  readonly bundle: Bundle;
  readonly runtime: Runtime;
  /** A process in network, ipc, uts and pid namespaces of its own. */
  readonly neighbour: number;
}

export interface Variant {
  readonly name: string;
  readonly config?: (config: LooseConfig, setting: Setting) => void;
  /** Changes the rootfs, or files beside it. */
  readonly prepare?: (setting: Setting) => void;
  /** A command that executes the runtime. */
  readonly through?: readonly string[];
  readonly args?: readonly string[];
  /** The probe is not the container's process, but executed in it; `args` are those of `exec`. */
  readonly exec?: true;
  /** Where the probe writes to, in the container, when it has no standard output. */
  readonly output?: string;
  readonly only?: 'root' | 'rootless';
  /** Needs subordinate ids. */
  readonly subids?: true;
  /** Who cannot do it, and why. */
  readonly without?: Partial<Record<Oracle, string>>;
}

function namespacesOf({ linux }: LooseConfig): { type: string; path?: string }[] {
  return linux.namespaces;
}

function removeNamespace(config: LooseConfig, type: string): void {
  config.linux.namespaces = namespacesOf(config).filter((namespace) => namespace.type !== type);
}

function joinNamespace(config: LooseConfig, type: string, pid: number, file = type): void {
  removeNamespace(config, type);
  config.linux.namespaces.push({ type, path: `/proc/${pid}/ns/${file}` });
}

function addMount(
  config: LooseConfig,
  destination: string,
  type: string,
  source: string,
  ...options: string[]
) {
  config.mounts.push({ destination, type, source, options });
}

export function mapSubordinateIds({ linux }: LooseConfig): void {
  for (const [kind, file] of [
    ['uidMappings', 'subuid'],
    ['gidMappings', 'subgid'],
  ] as const) {
    const range = subordinateRange(file);
    linux[kind].push({ containerID: 1, hostID: range?.first, size: range?.count });
  }
}

/** The caller's first range, by name. */
export function subordinateRange(file: 'subuid' | 'subgid'): { first: number; count: number } | undefined {
  const { username } = userInfo();
  const lines = readFileSync(`/etc/${file}`, 'utf8').split('\n');
  const [, first, count] = lines.find((line) => line.startsWith(`${username}:`))?.split(':') ?? [];
  return first === undefined ? undefined : { first: Number(first), count: Number(count) };
}

const shell = (line: string) => ['bash', '--norc', '-c', `${line}; exec "$@"`, 'bash'];

export const variants: readonly Variant[] = [
  { name: 'the default specification' },
  {
    name: 'a user that is not root, with groups and a umask',
    only: 'root',
    config: ({ process }) => {
      process.user = { uid: 1000, gid: 1001, additionalGids: [5, 1002], umask: 0o027 };
    },
  },
  {
    name: 'a user that is not root, with inheritable and ambient capabilities',
    only: 'root',
    config: ({ process }) => {
      const names = ['CAP_NET_BIND_SERVICE', 'CAP_KILL'];
      process.user = { uid: 1000, gid: 1000 };
      process.capabilities = { ...process.capabilities, inheritable: names, ambient: names };
    },
  },
  {
    name: 'capabilities that differ from set to set',
    config: ({ process }) => {
      process.capabilities = {
        bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN', 'CAP_SETUID'],
        permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SETUID'],
        effective: ['CAP_CHOWN'],
        inheritable: ['CAP_KILL'],
        ambient: [],
      };
    },
  },
  {
    name: 'no capabilities at all',
    config: ({ process }) => {
      process.capabilities = { bounding: [], permitted: [], effective: [], inheritable: [], ambient: [] };
    },
  },
  {
    name: 'limits of every kind',
    config: ({ process }) => {
      const limits = { CPU: 100, FSIZE: 1e9, DATA: 2e9, STACK: 4e6, CORE: 0, NPROC: 500, NOFILE: 77 };
      const more = { MEMLOCK: 4096, AS: 4e9, LOCKS: 7, SIGPENDING: 70, MSGQUEUE: 700, RTTIME: 1e6 };
      process.rlimits = Object.entries({ ...limits, ...more }).map(([name, hard]) => ({
        type: `RLIMIT_${name}`,
        soft: Math.floor(hard * 0.75),
        hard,
      }));
    },
  },
  {
    name: 'without noNewPrivileges',
    config: ({ process }) => {
      process.noNewPrivileges = false;
    },
  },
  {
    name: 'an oomScoreAdj',
    config: ({ process }) => {
      process.oomScoreAdj = 321;
    },
  },
  {
    name: 'a read-only root',
    config: ({ root }) => {
      root.readonly = true;
    },
  },
  {
    name: 'a working directory that is missing',
    config: ({ process }) => {
      process.cwd = '/var/made/here';
    },
  },
  {
    name: 'a host name and a domain name',
    config: (config) => {
      config.hostname = 'some-name';
      config.domainname = 'some.domain';
    },
    without: { runc: 'runc 1.1 has no domainname' },
  },
  {
    name: "the host's network, uts and ipc namespaces",
    config: (config) => {
      for (const type of ['network', 'uts', 'ipc']) removeNamespace(config, type);
      delete config.hostname;
      const sysfs = config.mounts.find((mount: LooseConfig) => mount.destination === '/sys');
      Object.assign(sysfs, {
        type: 'none',
        source: '/sys',
        options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'],
      });
      // mqueue belongs to the ipc namespace.
      config.mounts = config.mounts.filter((mount: LooseConfig) => mount.type !== 'mqueue');
    },
  },
  {
    name: 'a new network namespace for an ordinary user',
    only: 'rootless',
    config: (config) => {
      config.linux.namespaces.push({ type: 'network' });
    },
  },
  {
    name: 'sysfs of a network namespace of its own',
    only: 'rootless',
    config: (config) => {
      config.linux.namespaces.push({ type: 'network' });
      const sysfs = config.mounts.find((mount: LooseConfig) => mount.destination === '/sys');
      Object.assign(sysfs, { type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] });
    },
  },
  {
    name: "the host's pid namespace",
    only: 'root',
    config: (config) => removeNamespace(config, 'pid'),
  },
  { name: 'no cgroup namespace', config: (config) => removeNamespace(config, 'cgroup') },
  {
    name: 'a time namespace',
    config: (config) => {
      config.linux.namespaces.push({ type: 'time' });
      config.linux.timeOffsets = { boottime: { secs: 1000, nanosecs: 5 } };
    },
    without: { runc: 'runc 1.1 has no time namespaces', crun: 'crun 1.8 has no time namespaces' },
  },
  {
    name: 'joined network, ipc and uts namespaces',
    only: 'root',
    config: (config, { neighbour }) => {
      joinNamespace(config, 'network', neighbour, 'net');
      for (const type of ['ipc', 'uts']) joinNamespace(config, type, neighbour);
    },
  },
  {
    name: 'a joined pid namespace',
    only: 'root',
    config: (config, { neighbour }) => joinNamespace(config, 'pid', neighbour),
  },
  {
    name: 'a user namespace made by root',
    only: 'root',
    config: ({ linux }) => {
      linux.namespaces.push({ type: 'user' });
      linux.uidMappings = [{ containerID: 0, hostID: 0, size: 70_000 }];
      linux.gidMappings = [{ containerID: 0, hostID: 0, size: 70_000 }];
    },
  },
  {
    name: 'a user namespace made by root, whose root is nobody outside',
    only: 'root',
    prepare: ({ bundle }) => {
      mkdirSync(join(bundle.path, 'secret/inside'), { recursive: true, mode: 0o700 });
    },
    config: (config, { bundle }) => {
      config.linux.namespaces.push({ type: 'user' });
      config.linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      config.linux.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      addMount(config, '/tmp', 'bind', join(bundle.path, 'secret/inside'), 'bind');
    },
    without: { crun: 'crun cannot reach the bundle in a directory of mode 0700' },
  },
  {
    name: 'bind mounts: a directory, a file, read-only, recursive, and missing targets',
    prepare: ({ bundle }) => {
      mkdirSync(join(bundle.path, 'shared/sub'), { recursive: true });
      writeFileSync(join(bundle.path, 'shared/file'), 'content\n');
    },
    config: (config, { bundle }) => {
      const shared = join(bundle.path, 'shared');
      addMount(config, '/tmp', 'bind', shared, 'bind');
      addMount(config, '/var/directory', 'bind', shared, 'rbind', 'ro', 'nosuid', 'nodev', 'noexec');
      addMount(config, '/var/file', 'bind', `${shared}/file`, 'bind', 'ro', 'private');
      addMount(config, '/etc/passwd', 'none', `${shared}/file`, 'bind', 'rprivate');
      addMount(
        config,
        '/var/a/b/c',
        'bind',
        `${shared}/sub`,
        'bind',
        'rslave',
        ...(process.getuid?.() === 0 ? ['noatime'] : []),
      );
    },
  },
  {
    name: 'tmpfs with options, and on a directory whose mode it takes',
    prepare: ({ bundle }) => {
      mkdirSync(join(bundle.rootfs, 'var/sticky'));
      mkdirSync(join(bundle.rootfs, 'var/narrow'), { mode: 0o750 });
    },
    config: (config) => {
      addMount(config, '/tmp', 'tmpfs', 'tmpfs', 'mode=1777', 'size=1m', 'nosuid', 'nodev');
      addMount(config, '/var/narrow', 'tmpfs', 'tmpfs', 'size=64k');
      addMount(config, '/var/sticky', 'tmpfs', 'named', 'noexec', 'relatime', 'nr_inodes=100');
      addMount(config, '/var/new', 'tmpfs', 'tmpfs');
    },
  },
  {
    name: 'targets behind symlinks that lead nowhere, and relative paths',
    prepare: ({ bundle }) => {
      mkdirSync(join(bundle.path, 'shared'));
      writeFileSync(join(bundle.path, 'shared/file'), 'content\n');
      symlinkSync('../run/systemd/resolv.conf', join(bundle.rootfs, 'etc/resolv.conf'));
      symlinkSync('/../../nowhere/at/all', join(bundle.rootfs, 'var/link'));
    },
    config: (config, { bundle }) => {
      addMount(config, '/etc/resolv.conf', 'bind', join(bundle.path, 'shared/file'), 'bind', 'ro');
      addMount(config, '/var/link', 'tmpfs', 'tmpfs', 'mode=700');
      addMount(config, '/var/link/inside/it', 'bind', 'shared', 'bind');
      addMount(config, 'var/relative', 'bind', 'shared', 'bind');
    },
    without: { crun: 'crun 1.8 makes nothing behind a symlink that leads nowhere' },
  },
  {
    name: 'a read-only tmpfs with mounts in it, and a read-only /dev',
    config: (config) => {
      config.mounts[1].options.push('ro');
      addMount(config, '/var/outer', 'tmpfs', 'outer', 'ro', 'mode=755');
      addMount(config, '/var/outer/a/b', 'tmpfs', 'inner', 'ro', 'nosuid', 'mode=700');
    },
    without: { crun: 'crun 1.8 makes the filesystem read-only too' },
  },
  {
    name: 'remounts of what earlier entries have mounted',
    config: (config) => {
      addMount(config, '/tmp', 'tmpfs', 'tmpfs', 'nosuid', 'nodev', 'noatime', 'size=1m', 'mode=755');
      addMount(config, '/tmp', 'tmpfs', 'tmpfs', 'remount', 'noexec', 'size=2m', 'mode=755');
    },
    without: { crun: 'crun 1.8 mounts again' },
  },
  {
    name: 'flags of a tmpfs',
    config: (config) => {
      const flags = ['sync', 'dirsync', 'lazytime', 'iversion', 'silent', 'noatime', 'nodiratime'];
      for (const flag of [...flags, 'strictatime', 'relatime', 'async', 'suid', 'dev', 'exec'])
        addMount(config, `/tmp/${flag}`, 'tmpfs', 'tmpfs', flag, 'mode=700');
    },
    without: { crun: 'crun 1.8 does not know all of them' },
  },
  {
    name: 'a bind of what has flags of its own',
    only: 'root',
    through: [
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
      ...['mount -t tmpfs -o nosuid,nodev,noatime flags /mnt && exec "$@"', 'sh'],
    ],
    config: (config) => {
      addMount(config, '/tmp/kept', 'bind', '/mnt', 'bind');
      addMount(config, '/tmp/replaced', 'bind', '/mnt', 'bind', 'ro');
    },
    without: { crun: 'crun 1.8 clears them even where no flag is asked for' },
  },
  {
    name: 'no pivot_root',
    args: ['--no-pivot'],
  },
  ...['private', 'slave', 'rslave', 'rprivate', 'shared', 'rshared', 'unbindable'].map(
    (rootfsPropagation): Variant => ({
      name: `rootfsPropagation ${rootfsPropagation}`,
      only: 'root',
      ...(rootfsPropagation === 'unbindable' ? { without: { runc: 'runc 1.1 fails' } } : {}),
      config: ({ linux }) => {
        linux.rootfsPropagation = rootfsPropagation;
      },
    }),
  ),
  {
    name: 'nothing masked and nothing read-only',
    config: ({ linux }) => {
      delete linux.maskedPaths;
      delete linux.readonlyPaths;
    },
  },
  {
    name: 'masked and read-only paths in the root, and missing ones',
    prepare: ({ bundle }) => {
      writeFileSync(join(bundle.rootfs, 'etc/shadow'), 'secret\n');
      mkdirSync(join(bundle.rootfs, 'var/hidden/deep'), { recursive: true });
    },
    config: ({ linux }) => {
      linux.maskedPaths = ['/etc/shadow', '/var/hidden', '/proc/kcore', '/no/such/path'];
      linux.readonlyPaths = ['/etc', '/usr', '/no/such/path', '/proc/sys'];
    },
  },
  {
    name: 'a cgroup mount',
    only: 'root',
    config: (config) =>
      addMount(config, '/sys/fs/cgroup', 'cgroup', 'cgroup', 'nosuid', 'noexec', 'nodev', 'relatime', 'ro'),
    without: { crun: 'crun runs where only cgroup version 2 is mounted' },
  },
  {
    name: 'a cgroup mount without a cgroup namespace',
    only: 'root',
    config: (config) => {
      removeNamespace(config, 'cgroup');
      addMount(config, '/sys/fs/cgroup', 'cgroup', 'cgroup', 'nosuid', 'noexec', 'nodev', 'relatime', 'ro');
    },
    without: { crun: 'crun runs where only cgroup version 2 is mounted' },
  },
  {
    name: 'a minimal specification: no mounts, no capabilities, no limits',
    config: (config) => {
      config.mounts = [{ destination: '/proc', type: 'proc', source: 'proc' }];
      config.process = {
        args: config.process.args,
        cwd: '/',
        user: { uid: 0, gid: 0 },
        env: config.process.env,
      };
      for (const name of ['resources', 'maskedPaths', 'readonlyPaths']) delete config.linux[name];
    },
  },
  {
    name: 'an empty environment',
    config: ({ process }) => {
      process.env = [];
    },
  },
  {
    name: 'an environment with duplicates, an empty HOME and odd values',
    config: ({ process }) => {
      process.env = [...process.env, 'A=1', 'HOME=', 'B=', 'A=2 = "x"\t', 'ü=é', 'A=3'];
    },
  },
  {
    name: 'a caller with 20 open descriptors',
    through: shell('for i in {3..22}; do eval "exec $i</etc"; done'),
  },
  {
    name: 'a caller that ignores SIGPIPE and SIGHUP and blocks SIGTERM',
    through: ['env', '--ignore-signal=PIPE,HUP', '--block-signal=TERM,USR1', '--'],
  },
  {
    name: 'a caller with a low limit of open files',
    through: shell('ulimit -Sn 100; ulimit -Hn 200'),
    config: ({ process }) => {
      delete process.rlimits;
    },
  },
  {
    name: 'a caller with a soft limit of open files',
    through: shell('ulimit -Sn 333'),
    config: ({ process }) => {
      delete process.rlimits;
    },
  },
  {
    name: 'a caller with closed standard input and error',
    only: 'root',
    through: shell('exec <&- 2>&-'),
    without: { crun: 'crun 1.8 fails' },
  },
  {
    name: 'a caller with everything closed',
    only: 'root',
    through: shell('exec <&- >&- 2>&-'),
    output: '/report',
    without: { crun: 'crun 1.8 fails' },
  },
  { name: 'a caller with a umask and a nice value', through: ['nice', '-n', '5', ...shell('umask 0077')] },
  {
    name: 'preserved descriptors',
    through: shell('exec 3</etc/passwd 4</etc'),
    args: ['--preserve-fds', '2'],
  },
  { name: 'a root that is moved instead of pivoted to', args: ['--no-pivot'] },
  { name: 'the session keyring of the caller', args: ['--no-new-keyring'] },
  { name: 'exec', exec: true },
  {
    name: 'exec with an environment, a directory, capabilities and descriptors',
    exec: true,
    through: shell('for i in {3..12}; do eval "exec $i</etc"; done'),
    args: [
      ...['--env', 'A=1', '--cwd', '/tmp', '--preserve-fds', '1'],
      ...['--cap', 'CAP_SYS_CHROOT', '--cap', 'CAP_FOWNER'],
    ],
  },
  {
    name: 'exec as a user that is not root',
    only: 'root',
    exec: true,
    args: ['--user', '1000:1001'],
    config: ({ process }) => {
      process.user = { uid: 0, gid: 0, additionalGids: [7], umask: 0o027 };
      process.noNewPrivileges = false;
    },
  },
  {
    name: 'exec in a user namespace',
    only: 'root',
    exec: true,
    config: ({ linux }) => {
      linux.namespaces.push({ type: 'user' });
      linux.uidMappings = [{ containerID: 0, hostID: 0, size: 70_000 }];
      linux.gidMappings = [{ containerID: 0, hostID: 0, size: 70_000 }];
    },
  },
  {
    name: "exec where the network and the pid namespace are the host's",
    only: 'root',
    exec: true,
    config: (config) => {
      removeNamespace(config, 'network');
      removeNamespace(config, 'pid');
    },
  },
  {
    name: 'exec by a caller that ignores SIGPIPE and blocks SIGTERM',
    exec: true,
    through: ['env', '--ignore-signal=PIPE', '--block-signal=TERM', '--'],
  },
  {
    name: 'subordinate ids',
    only: 'rootless',
    subids: true,
    config: mapSubordinateIds,
  },
];
