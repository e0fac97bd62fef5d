/** Flags of `podman run`, and what a container with them shows. */

export interface RunFlags {
  /** Beside `--rm`, and `--network none` where it names no other network. */
  readonly flags: readonly string[];
  readonly command: readonly string[];
  /** The whole of standard output, or what it has in it. */
  readonly shows: string | RegExp;
  readonly code?: number;
  /** Why ordinary users have no such containers, or root has none. */
  readonly rootOnly?: string;
  readonly userOnly?: string;
}

export const sh = (script: string) => ['sh', '-c', script];
export const status = (...fields: string[]) => [
  'sed',
  '-n',
  fields.map((field) => `s/^${field}:\t//p`).join(';'),
  '/proc/self/status',
];
export const noLimits = 'ordinary users have no cgroups of version 1';

/** Files of the container's own cgroup, where version 1 and where version 2 has them. */
export const limits = (files: readonly (readonly [version1: string, version2: string])[]) =>
  sh(
    files
      .map(([one, two]) => `cat /sys/fs/cgroup/${one} 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/${two}`)
      .join('; '),
  );

export const runFlags: readonly RunFlags[] = [
  {
    flags: ['--init'],
    command: ['cat', '/proc/1/cmdline'],
    shows: '/run/podman-init\0--\0cat\0/proc/1/cmdline\0',
  },
  { flags: ['--user', '1000:1000'], command: ['id'], shows: /^uid=1000\(user\) gid=1000\(user\)/ },
  { flags: ['--user', 'user', '--group-add', '55'], command: ['id', '-G'], shows: /^1000 .*\b55\b/ },
  {
    flags: ['--userns', 'keep-id'],
    command: ['id', '-un'],
    shows: 'tsrun-test-subids\n',
    userOnly: 'root is the same inside in any case',
  },
  {
    flags: ['--uidmap', '0:100000:1000'],
    command: ['cat', '/proc/self/uid_map'],
    shows: /^ +0 +100000 +1000\n$/,
    rootOnly: 'their ids are those of their range',
  },
  { flags: ['--read-only'], command: sh('touch /new; touch /tmp/new && echo tmp'), shows: 'tmp\n' },
  {
    flags: ['--tmpfs', '/scratch:size=1m', '--shm-size', '2m'],
    command: sh('df -k /scratch /dev/shm | tail -n 2'),
    shows: /^tmpfs +1024 .*\nshm +2048 /,
  },
  {
    flags: ['--mount', 'type=image,src=localhost/busybox,dst=/image'],
    command: ['ls', '/image/bin/busybox'],
    shows: '/image/bin/busybox\n',
  },
  { flags: ['--network', 'host'], command: ['ls', '/proc/sys/net/ipv4/conf'], shows: /^lo$/m },
  { flags: ['--network', 'none'], command: sh('ip -o link | wc -l'), shows: '1\n' },
  {
    flags: ['--network', 'bridge'],
    command: ['ip', '-o', '-4', 'addr', 'show', 'eth0'],
    shows: /inet 10\.88\./,
  },
  {
    flags: ['--network', 'slirp4netns'],
    command: ['ip', '-o', '-4', 'addr', 'show', 'tap0'],
    shows: /inet 10\.0\.2\.100/,
  },
  { flags: ['--pid', 'host'], command: ['cat', '/proc/1/cmdline'], shows: /^catatonit\0/ },
  {
    flags: ['--memory', '32m', '--pids-limit', '7', '--cpus', '0.5', '--cpuset-cpus', '0'],
    command: limits([
      ['memory/memory.limit_in_bytes', 'memory.max'],
      ['pids/pids.max', 'pids.max'],
      ['cpu/cpu.cfs_quota_us', 'cpu.max'],
      ['cpuset/cpuset.cpus', 'cpuset.cpus'],
    ]),
    shows: '33554432\n7\n50000\n0\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--pids-limit', '-1'],
    command: limits([['pids/pids.max', 'pids.max']]),
    shows: 'max\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--cgroups', 'disabled'],
    command: sh('grep -c libpod /proc/self/cgroup'),
    shows: '0\n',
    code: 1,
  },
  {
    flags: ['--privileged'],
    command: sh('mkdir /mnt && mount -t tmpfs tmpfs /mnt && echo mounted'),
    shows: 'mounted\n',
  },
  { flags: [], command: status('NoNewPrivs', 'Seccomp'), shows: '0\n2\n' },
  {
    flags: ['--security-opt', 'seccomp=unconfined', '--security-opt', 'no-new-privileges'],
    command: status('NoNewPrivs', 'Seccomp'),
    shows: '1\n0\n',
  },
  {
    flags: ['--security-opt', 'mask=/proc/uptime'],
    command: sh('cat /proc/uptime; grep -c " /proc/sys " /proc/self/mountinfo'),
    shows: '1\n',
  },
  {
    flags: ['--security-opt', 'unmask=ALL'],
    command: sh('grep -c " /proc/" /proc/self/mountinfo'),
    shows: '0\n',
    code: 1,
  },
  {
    flags: ['--cap-drop', 'all', '--cap-add', 'net_admin'],
    command: status('CapEff', 'CapBnd'),
    shows: '0000000000001000\n0000000000001000\n',
  },
  {
    flags: ['--device', '/dev/fuse:/dev/renamed'],
    command: ['stat', '-c', '%F', '/dev/renamed'],
    shows: 'character special file\n',
  },
  {
    flags: ['--ulimit', 'nofile=100:200', '--ulimit', 'nproc=300:400'],
    command: ['grep', '-E', '^Max (open files|processes)', '/proc/self/limits'],
    shows: /^Max processes +300 +400 +processes +\nMax open files +100 +200 +files +\n$/,
  },
  {
    flags: ['--hostname', 'named', '--sysctl', 'kernel.msgmax=9000', '--oom-score-adj', '500'],
    command: sh('hostname; cat /proc/sys/kernel/msgmax /proc/self/oom_score_adj'),
    shows: 'named\n9000\n500\n',
  },
  {
    flags: ['--env', 'KEY=value', '--workdir', '/etc', '--umask', '077', '--personality', 'LINUX32'],
    command: sh('echo $KEY; pwd; umask; uname -m'),
    shows: /^value\n\/etc\n0077\n(i686|armv8l)\n$/,
  },
  { flags: ['--entrypoint', '/bin/echo'], command: ['entry'], shows: 'entry\n' },
];
