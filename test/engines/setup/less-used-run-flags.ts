/** The same as run-flags.ts, for flags that few use: TSRUN_LONG=1 tries them. */
import { limits, noLimits, type RunFlags, sh, status } from './run-flags.ts';

const mountOf = (path: string) => ['sed', '-n', `s#^.* \\([^ ]*\\) ${path} #\\1 #p`, '/proc/self/mountinfo'];

export const lessUsedRunFlags: readonly RunFlags[] = [
  {
    flags: ['--volume', '/etc/hosts:/volume:ro,nosuid,nodev,noexec,z'],
    command: mountOf('/volume'),
    shows: /^\S+ ro,nosuid,nodev,noexec,/,
  },
  { flags: ['--volume', '/etc/hosts:/volume:rslave'], command: mountOf('/volume'), shows: / master:/ },
  {
    flags: ['--mount', 'type=bind,src=/etc/hosts,dst=/new/place/of/it,ro,bind-nonrecursive'],
    command: mountOf('/new/place/of/it'),
    shows: /^\S+ ro,/,
  },
  {
    flags: ['--mount', 'type=tmpfs,dst=/etc,tmpcopyup,tmpfs-mode=711'],
    command: sh('stat -c %a /etc; ls /etc/passwd'),
    shows: '711\n/etc/passwd\n',
  },
  { flags: ['--mount', 'type=devpts,dst=/ptys'], command: ['ls', '/ptys'], shows: 'ptmx\n' },
  { flags: ['--tmpfs', '/scratch:ro,noexec'], command: mountOf('/scratch'), shows: /^\/ ro,.*noexec/ },
  {
    flags: ['--read-only', '--read-only-tmpfs=false'],
    command: sh('touch /tmp/new || echo no'),
    shows: 'no\n',
  },
  { flags: ['--systemd', 'always'], command: mountOf('/run/lock'), shows: / - tmpfs / },
  { flags: ['--ipc', 'private', '--uts', 'host'], command: ['true'], shows: '' },
  {
    flags: ['--cgroupns', 'host', '--cgroup-parent', '/parent'],
    command: sh('grep -q /parent/libpod- /proc/self/cgroup && echo seen'),
    shows: 'seen\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--memory', '32m', '--memory-swap', '64m', '--memory-reservation', '16m'],
    command: limits([['memory/memory.soft_limit_in_bytes', 'memory.low']]),
    shows: '16777216\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--cpu-period', '50000', '--cpu-quota', '25000', '--cpu-shares', '512', '--cpuset-mems', '0'],
    command: limits([
      ['cpu/cpu.cfs_quota_us', 'cpu.max'],
      ['cpuset/cpuset.mems', 'cpuset.mems'],
    ]),
    shows: '25000\n0\n',
    rootOnly: noLimits,
  },
  {
    flags: ['--cap-drop', 'all', '--cap-add', 'sys_chroot'],
    command: ['chroot', '/', 'echo', 'there'],
    shows: 'there\n',
  },
  { flags: ['--user', '1000'], command: status('CapEff', 'CapAmb'), shows: /^0{16}\n0{16}\n$/ },
  {
    flags: ['--user', '1000', '--cap-add', 'net_bind_service'],
    command: status('CapEff', 'CapAmb'),
    shows: '0000000000000400\n0000000000000400\n',
  },
  { flags: ['--user', '1234:5678'], command: sh('id -u; id -g'), shows: '1234\n5678\n' },
  { flags: ['--security-opt', 'proc-opts=hidepid=2'], command: mountOf('/proc'), shows: /hidepid=/ },
  { flags: ['--add-host', 'name:10.1.2.3'], command: ['grep', '-c', '10.1.2.3', '/etc/hosts'], shows: '1\n' },
  {
    flags: ['--tz', 'UTC', '--env', 'A=', '--label', 'a=b', '--annotation', 'c=d'],
    command: ['date', '+%Z'],
    shows: 'UTC\n',
  },
];
