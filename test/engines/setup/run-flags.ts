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

const sh = (script: string) => ['sh', '-c', script];
const status = (field: string) => ['sed', '-n', `s/^${field}:\\t//p`, '/proc/self/status'];
/** A file of the container's own cgroup, where version 1 or version 2 has it. */
const limit = (version1: string, version2: string) =>
  sh(`cat /sys/fs/cgroup/${version1} 2>/dev/null || cut -d' ' -f1 /sys/fs/cgroup/${version2}`);
const noLimits = 'ordinary users have no cgroups of version 1';

export const runFlags: readonly RunFlags[] = [
  {
    flags: ['--init'],
    command: ['cat', '/proc/1/cmdline'],
    shows: '/run/podman-init\0--\0cat\0/proc/1/cmdline\0',
  },
  { flags: ['--user', '1000:1000'], command: ['id'], shows: /^uid=1000\(user\) gid=1000\(user\)/ },
  { flags: ['--user', 'user'], command: ['id', '-u'], shows: '1000\n' },
  { flags: ['--group-add', '55'], command: ['id', '-G'], shows: /\b55\b/ },
  {
    flags: ['--userns', 'keep-id'],
    command: ['id', '-un'],
    shows: /^tsrun-test-subids\n$/,
    userOnly: 'it is refused',
  },
  {
    flags: ['--uidmap', '0:100000:1000'],
    command: ['cat', '/proc/self/uid_map'],
    shows: /^ +0 +100000 +1000\n$/,
    rootOnly: 'the range is another',
  },
  { flags: ['--read-only'], command: sh('touch /new; touch /tmp/new && echo tmp'), shows: 'tmp\n' },
  {
    flags: ['--read-only', '--read-only-tmpfs=false'],
    command: sh('touch /tmp/new || echo refused'),
    shows: 'refused\n',
  },
  {
    flags: ['--tmpfs', '/scratch:size=1m'],
    command: sh('df -k /scratch | tail -n 1'),
    shows: /^tmpfs +1024 /,
  },
  { flags: ['--shm-size', '1m'], command: sh('df -k /dev/shm | tail -n 1'), shows: /^shm +1024 / },
  {
    flags: ['--mount', 'type=image,src=localhost/busybox,dst=/image'],
    command: ['ls', '/image/bin/busybox'],
    shows: '/image/bin/busybox\n',
  },
  {
    flags: ['--network', 'host'],
    command: sh('ls /sys/class/net /proc/sys/net/ipv4/conf | sort -u'),
    shows: /^lo$/m,
  },
  { flags: ['--network', 'none'], command: sh('ip -o link | wc -l'), shows: '1\n' },
  {
    flags: ['--network', 'bridge'],
    command: ['ip', '-o', '-4', 'addr', 'show', 'eth0'],
    shows: /inet 10\.88\./,
    rootOnly: 'it would ask a firewall',
  },
  {
    flags: ['--network', 'slirp4netns'],
    command: ['ip', '-o', '-4', 'addr', 'show', 'tap0'],
    shows: /inet 10\.0\.2\.100/,
  },
  { flags: ['--pid', 'host'], command: ['cat', '/proc/1/cmdline'], shows: /^catatonit\0/ },
  { flags: ['--uts', 'host'], command: ['true'], shows: '' },
  { flags: ['--hostname', 'named'], command: ['hostname'], shows: 'named\n' },
  {
    flags: ['--memory', '32m'],
    command: limit('memory/memory.limit_in_bytes', 'memory.max'),
    shows: '33554432\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--pids-limit', '7'],
    command: limit('pids/pids.max', 'pids.max'),
    shows: '7\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--cpus', '0.5'],
    command: limit('cpu/cpu.cfs_quota_us', 'cpu.max'),
    shows: '50000\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--cpuset-cpus', '0'],
    command: limit('cpuset/cpuset.cpus', 'cpuset.cpus'),
    shows: '0\n',
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
  { flags: ['--security-opt', 'seccomp=unconfined'], command: status('Seccomp'), shows: '0\n' },
  { flags: [], command: status('Seccomp'), shows: '2\n' },
  { flags: ['--security-opt', 'no-new-privileges'], command: status('NoNewPrivs'), shows: '1\n' },
  { flags: ['--security-opt', 'mask=/proc/uptime'], command: ['cat', '/proc/uptime'], shows: '' },
  {
    flags: ['--security-opt', 'unmask=ALL'],
    command: sh('ls /proc/acpi /sys/firmware >/dev/null && mount | grep -c " on /proc/"'),
    shows: '0\n',
    code: 1,
  },
  { flags: ['--cap-drop', 'all'], command: status('CapBnd'), shows: '0000000000000000\n' },
  {
    flags: ['--cap-drop', 'all', '--cap-add', 'net_admin'],
    command: status('CapEff'),
    shows: '0000000000001000\n',
  },
  {
    flags: ['--device', '/dev/fuse:/dev/renamed'],
    command: ['stat', '-c', '%F', '/dev/renamed'],
    shows: 'character special file\n',
  },
  {
    flags: ['--ulimit', 'nofile=100:200', '--ulimit', 'nproc=300:400'],
    command: ['sed', '-n', 's/^Max \\(open files\\|processes\\) *//p', '/proc/self/limits'],
    shows: /^300 +400 +processes +\n100 +200 +files +\n$/,
  },
  { flags: ['--sysctl', 'kernel.msgmax=9000'], command: ['cat', '/proc/sys/kernel/msgmax'], shows: '9000\n' },
  {
    flags: ['--env', 'KEY=value', '--workdir', '/etc'],
    command: sh('echo $KEY; pwd'),
    shows: 'value\n/etc\n',
  },
  { flags: ['--umask', '077'], command: sh('umask'), shows: '0077\n' },
  { flags: ['--personality', 'LINUX32'], command: ['uname', '-m'], shows: /^(i686|armv8l)\n$/ },
  { flags: ['--oom-score-adj', '500'], command: ['cat', '/proc/self/oom_score_adj'], shows: '500\n' },
  { flags: ['--entrypoint', '/bin/echo'], command: ['entry'], shows: 'entry\n' },
];
