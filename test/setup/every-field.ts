/**
 * Every field of the specification, in parts: what a configuration asks for, and how the process in the container, or
 * a hook on the host, sees that it got it. The parts fit together: one container has all of them that its host can do.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LooseConfig } from './base-config.ts';
import type { Bundle } from './rig.ts';

export interface Part {
  /** Commands of the container, and what each has to print, by name. */
  readonly inside?: Readonly<Record<string, readonly [command: string, expected: string]>>;
  /** Commands of a createRuntime hook; `$pid` is the container's process there. */
  readonly outside?: Readonly<Record<string, readonly [command: string, expected: string]>>;
  readonly ask: (config: LooseConfig, bundle: Bundle) => void;
}

const isRoot = process.getuid?.() === 0;
const KILL = 1 << 5;
const status = (name: string) => `grep ^${name}: /proc/self/status | cut -f2`;

function mount(destination: string, type: string, source: string, options: string[], more: LooseConfig = {}) {
  return { destination, type, source, options, ...more };
}

/** Every kind of hook leaves its name, its argument, its environment and what it was told of the container. */
const hookScript = 'echo "$0 $1 $KIND $(sed \'s/.*"status":"\\([a-z]*\\)".*/\\1/\')" >>';
const hookKinds = ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'];

export const parts: Readonly<Record<string, Part>> = {
  'top level': {
    ask: (config) => {
      config.ociVersion = '1.3.0';
      config.hostname = 'every-field';
      config.domainname = 'example.org';
      config.annotations = { 'org.example.every': 'field' };
      config.root.readonly = true;
    },
    inside: {
      hostname: ['hostname', 'every-field'],
      domainname: ['cat /proc/sys/kernel/domainname', 'example.org'],
      'root.readonly': ['touch /x 2>&1 | grep -c "Read-only file system"', '1'],
    },
    outside: { annotations: ['grep -c \'"org.example.every":"field"\' $state', '1'] },
  },

  process: {
    ask: ({ process: own }) => {
      own.terminal = true;
      own.consoleSize = { height: 33, width: 111 };
      own.user = { ...own.user, uid: 0, gid: 0, umask: 0o27 };
      own.env.push('EVERY=field');
      own.cwd = '/var';
      const sets = ['bounding', 'effective', 'inheritable', 'permitted', 'ambient'];
      own.capabilities = Object.fromEntries(sets.map((set) => [set, ['CAP_KILL']]));
      own.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 55, hard: 66 }];
      own.noNewPrivileges = true;
      own.oomScoreAdj = 321;
    },
    inside: {
      terminal: ['test -t 0 && stty size', '33 111'],
      umask: ['umask', '0027'],
      env: ['echo $EVERY', 'field'],
      cwd: ['pwd', '/var'],
      ...Object.fromEntries(
        ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb'].map((set) => [
          `capabilities ${set}`,
          [status(`Cap${set}`), KILL.toString(16).padStart(16, '0')] as const,
        ]),
      ),
      rlimits: ['ulimit -Sn; ulimit -Hn', '55 66'],
      noNewPrivileges: [status('NoNewPrivs'), '1'],
      oomScoreAdj: ['cat /proc/self/oom_score_adj', '321'],
    },
  },

  scheduling: {
    ask: ({ process: own, linux }) => {
      own.scheduler = { policy: 'SCHED_BATCH', nice: 4, priority: 0, flags: ['SCHED_FLAG_RESET_ON_FORK'] };
      own.ioPriority = { class: 'IOPRIO_CLASS_BE', priority: 6 };
      own.execCPUAffinity = { initial: '0', final: '0' };
      linux.memoryPolicy = { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] };
      linux.personality = { domain: 'LINUX32' };
    },
    inside: {
      scheduler: ['cut -d" " -f19,41 /proc/$$/stat', '4 3'],
      ioPriority: ['ionice -p $$', 'best-effort: prio 6'],
      memoryPolicy: ['cut -d" " -f2 /proc/$$/numa_maps | sort -u', 'bind=static:0'],
      personality: ['cat /proc/$$/personality', '00000008'],
    },
  },

  mounts: {
    ask: ({ mounts }, { path }) => {
      mkdirSync(join(path, 'data'));
      writeFileSync(join(path, 'data', 'file'), 'data\n');
      mkdirSync(join(path, 'seen'));
      chmodSync(join(path, 'seen'), 0o777);
      // The one in the container is written by its user.
      writeFileSync(join(path, 'seen/hooks'), '');
      chmodSync(join(path, 'seen/hooks'), 0o666);
      mounts.push(
        mount('/tmp', 'tmpfs', 'tmpfs', ['size=64k', 'nosuid', 'nodev', 'noexec', 'noatime']),
        mount('/data', 'none', join(path, 'data'), ['rbind', 'ro']),
        mount('/seen', 'bind', join(path, 'seen'), ['bind']),
      );
    },
    inside: {
      'mounts tmpfs': [
        'grep " /tmp " /proc/mounts | cut -d" " -f3,4 | cut -d, -f1-6',
        'tmpfs rw,nosuid,nodev,noexec,noatime,size=64k',
      ],
      'mounts bind': ['cat /data/file; touch /data/x 2>&1 | grep -c Read-only', 'data 1'],
    },
  },

  hooks: {
    ask: (config, { path }) => {
      const file = (kind: string) => (kind === 'startContainer' ? '/seen/hooks' : join(path, 'seen/hooks'));
      const hook = (kind: string) => ({
        path: '/bin/sh',
        args: ['sh', '-c', `${hookScript}${file(kind)}`, kind, 'argument'],
        env: [`KIND=${kind}`, 'PATH=/usr/bin:/bin'],
        timeout: 20,
      });
      config.hooks = Object.fromEntries(hookKinds.map((kind) => [kind, [hook(kind)]]));
    },
    inside: {
      hooks: [
        'head -n 4 /seen/hooks',
        [
          ...['prestart argument prestart creating', 'createRuntime argument createRuntime creating'],
          'createContainer argument createContainer creating',
          'startContainer argument startContainer created',
        ].join(' '),
      ],
    },
  },

  namespaces: {
    ask: ({ linux }) => {
      for (const type of ['network', 'cgroup', 'time', 'user']) {
        if (!linux.namespaces.some((one: LooseConfig) => one.type === type)) linux.namespaces.push({ type });
      }
      linux.uidMappings ??= [{ containerID: 0, hostID: 0, size: 65_536 }];
      linux.gidMappings ??= [{ containerID: 0, hostID: 0, size: 65_536 }];
      linux.timeOffsets = {
        monotonic: { secs: 864_000, nanosecs: 7 },
        boottime: { secs: 1_728_000, nanosecs: 8 },
      };
    },
    inside: {
      namespaces: ['ls /proc/self/ns | grep -cvE "for_children"', '8'],
      uidMappings: ["tr -s ' ' </proc/self/uid_map", isRoot ? '0 0 65536' : `0 ${process.getuid?.()} 1`],
      gidMappings: ["tr -s ' ' </proc/self/gid_map", isRoot ? '0 0 65536' : `0 ${process.getgid?.()} 1`],
      timeOffsets: ["tr -s ' ' </proc/self/timens_offsets", 'monotonic 864000 7 boottime 1728000 8'],
    },
  },

  linux: {
    ask: ({ linux }) => {
      linux.devices = [
        { type: 'c', path: '/dev/also-zero', major: 1, minor: 5, fileMode: 0o666 },
        { type: 'p', path: '/dev/pipe', fileMode: 0o640, uid: 0, gid: 0 },
      ];
      // In a user namespace devices are bound, from the same path.
      linux.devices[0].path = '/dev/zero';
      linux.sysctl = { 'net.ipv4.ip_forward': '1', 'kernel.shmmax': '54321' };
      linux.rootfsPropagation = 'runbindable';
      linux.maskedPaths = ['/proc/version', '/proc/tty'];
      linux.readonlyPaths = ['/proc/sys', '/proc/bus'];
    },
    inside: {
      devices: [
        'stat -c "%F %t:%T" /dev/zero; stat -c "%F %a" /dev/pipe',
        'character special file 1:5 fifo 640',
      ],
      sysctl: ['cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax', '1 54321'],
      rootfsPropagation: [
        'grep -cE "^[0-9]+ [0-9]+ [0-9:]+ [^ ]+ / [^-]*unbindable" /proc/self/mountinfo',
        '1',
      ],
      maskedPaths: ['cat /proc/version | wc -c; ls /proc/tty | wc -l', '0 0'],
      readonlyPaths: [
        'echo 0 2>&1 >/proc/sys/net/ipv4/ip_forward | grep -c x; grep -c " /proc/sys proc ro" /proc/mounts',
        '0 1',
      ],
    },
  },

  seccomp: {
    ask: ({ linux }) => {
      const refuse = (names: string[], errnoRet: number, more: LooseConfig = {}) => ({
        ...{ names, action: 'SCMP_ACT_ERRNO', errnoRet },
        ...more,
      });
      const everybody = (index: number) => ({
        args: [{ index, value: 0o777, valueTwo: 0o777, op: 'SCMP_CMP_MASKED_EQ' }],
      });
      linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_AARCH64'],
        flags: ['SECCOMP_FILTER_FLAG_LOG'],
        syscalls: [
          refuse(['symlink', 'symlinkat'], 5),
          refuse(['chmod'], 95, everybody(1)),
          refuse(['fchmodat', 'fchmodat2'], 95, everybody(2)),
        ],
      };
    },
    inside: {
      seccomp: [status('Seccomp'), '2'],
      'seccomp.syscalls': ['ln -s x /seen/link 2>&1 | grep -ciE "i/o error|input/output"', '1'],
      'seccomp.syscalls.args': [
        'touch /seen/file; chmod 755 /seen/file && chmod 777 /seen/file 2>&1 | grep -c "not supported"; stat -c %a /seen/file',
        '1 755',
      ],
    },
  },
};

/** The version 2 of a hybrid layout. */
const unified = '/sys/fs/cgroup/unified$(grep ^0:: /proc/$pid/cgroup | cut -d: -f3)';
const bfq = existsSync('/sys/fs/cgroup/blkio/blkio.bfq.io_serviced');
const hugetlb =
  existsSync('/sys/fs/cgroup/unified/cgroup.controllers') &&
  readFileSync('/sys/fs/cgroup/unified/cgroup.controllers', 'utf8').includes('hugetlb');

/** What takes the machine's root: cgroups of version 1, ids of others, interfaces of the host. */
export const rootParts: Readonly<Record<string, Part>> = {
  // An ordinary user may not look at a process that hides itself.
  namespaces: {
    ask: () => {},
    outside: {
      'namespaces of its own': [
        'for n in cgroup ipc mnt net pid time user uts; do ' +
          'test $(readlink /proc/self/ns/$n) != $(readlink /proc/$pid/ns/$n) && echo $n; done',
        'cgroup ipc mnt net pid time user uts',
      ],
    },
  },

  ids: {
    ask: ({ process: own, mounts }, { path }) => {
      own.user = { ...own.user, uid: 7, gid: 8, additionalGids: [9, 10] };
      mkdirSync(join(path, 'mapped'));
      chmodSync(join(path, 'mapped'), 0o755);
      const mapped = [{ containerID: 0, hostID: 4321, size: 100 }];
      const options = ['bind', 'idmap', 'ro'];
      mounts.push(
        mount('/mapped', 'bind', join(path, 'mapped'), options, { uidMappings: mapped, gidMappings: mapped }),
      );
    },
    inside: {
      user: ['id -u; id -g; id -G', '7 8 8 9 10'],
      'mounts idmap': ['stat -c %u:%g /mapped', '4321:4321'],
    },
  },

  devices: {
    ask: ({ linux }) => {
      linux.devices.push({ type: 'p', path: '/dev/owned-pipe', fileMode: 0o604, uid: 11, gid: 12 });
    },
    inside: { 'devices owner': ['stat -c "%F %a %u:%g" /dev/owned-pipe', 'fifo 604 11:12'] },
  },

  netDevices: {
    ask: ({ linux }) => {
      linux.netDevices = { 'every-field0': { name: 'moved0' } };
    },
    inside: {
      netDevices: [
        'ip addr show moved0 | grep -oE "<.*UP|inet [0-9./]+" | sed "s/<.*UP/UP/"',
        'UP inet 192.0.2.77/24',
      ],
    },
  },

  resources: {
    ask: ({ linux }, { path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      linux.cgroupsPath = `/tsrun-every-field-${name}`;
      const throttle = firstDisk();
      linux.resources = {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'c', major: 10, minor: 200, access: 'rw' },
        ],
        memory: {
          ...{ limit: 1 << 26, reservation: 1 << 25, swap: 1 << 27, swappiness: 11, disableOOMKiller: true },
          ...{ kernel: -1, kernelTCP: -1, useHierarchy: true, checkBeforeUpdate: true },
        },
        cpu: {
          ...{ shares: 222, quota: 90_000, burst: 10_000, period: 100_000, cpus: '0', mems: '0', idle: 0 },
          ...{ realtimeRuntime: 2000, realtimePeriod: 200_000 },
        },
        pids: { limit: 77 },
        ...(hugetlb && { hugepageLimits: [{ pageSize: '2MB', limit: 4_194_304 }] }),
        ...(throttle && {
          blockIO: {
            ...(bfq && { weight: 321 }),
            throttleReadBpsDevice: [{ ...throttle, rate: 1_048_576 }],
            throttleWriteBpsDevice: [{ ...throttle, rate: 2_097_152 }],
            throttleReadIOPSDevice: [{ ...throttle, rate: 300 }],
            throttleWriteIOPSDevice: [{ ...throttle, rate: 400 }],
          },
        }),
      };
    },
    inside: { 'resources.cpu.cpus': [status('Cpus_allowed_list'), '0'] },
    outside: {
      cgroupsPath: ['grep :memory: /proc/$pid/cgroup | cut -d: -f3 | cut -c-18', '/tsrun-every-field'],
      ...inCgroup('memory', {
        'memory.limit_in_bytes': '67108864',
        'memory.soft_limit_in_bytes': '33554432',
        'memory.memsw.limit_in_bytes': '134217728',
        'memory.swappiness': '11',
      }),
      'memory.oom_control': [`head -n 1 ${cgroup('memory')}/memory.oom_control`, 'oom_kill_disable 1'],
      ...inCgroup('cpu', {
        ...{ 'cpu.shares': '222', 'cpu.cfs_quota_us': '90000', 'cpu.cfs_burst_us': '10000' },
        ...{ 'cpu.cfs_period_us': '100000', 'cpu.rt_runtime_us': '2000', 'cpu.rt_period_us': '200000' },
      }),
      ...inCgroup('cpuset', { 'cpuset.cpus': '0', 'cpuset.mems': '0' }),
      ...inCgroup('pids', { 'pids.max': '77' }),
      'devices.list': [`grep -c "^c 10:200 rw" ${cgroup('devices')}/devices.list`, '1'],
      ...blkio(),
      ...(hugetlb && {
        hugepageLimits: [`cat ${unified}/hugetlb.2MB.max`, '4194304'] as const,
      }),
    },
  },
};

type Looks = Record<string, readonly [string, string]>;

function cgroup(controller: string): string {
  return `/sys/fs/cgroup/${controller}$(grep :${controller}: /proc/$pid/cgroup | cut -d: -f3)`;
}

function inCgroup(controller: string, files: Readonly<Record<string, string>>): Looks {
  const looks = Object.entries(files).map(([file, value]) => [
    file,
    [`cat ${cgroup(controller)}/${file}`, value] as const,
  ]);
  return Object.fromEntries(looks);
}

function blkio(): Looks {
  const disk = firstDisk();
  if (!disk) return {};
  const line = (rate: number) => `${disk.major}:${disk.minor} ${rate}`;
  return inCgroup('blkio', {
    ...(bfq && { 'blkio.bfq.weight': '321' }),
    'blkio.throttle.read_bps_device': line(1_048_576),
    'blkio.throttle.write_bps_device': line(2_097_152),
    'blkio.throttle.read_iops_device': line(300),
    'blkio.throttle.write_iops_device': line(400),
  });
}

function firstDisk(): { major: number; minor: number } | undefined {
  if (!existsSync('/sys/block')) return undefined;
  const [name] = readdirSync('/sys/block')
    .filter((one) => !one.startsWith('loop'))
    .sort();
  if (name === undefined) return undefined;
  const [major = 0, minor = 0] = readFileSync(`/sys/block/${name}/dev`, 'utf8').trim().split(':').map(Number);
  return { major, minor };
}
