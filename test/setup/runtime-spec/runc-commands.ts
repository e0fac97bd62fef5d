/** The commands of runc 1.5 with their long options. */
const BUNDLE = [
  'bundle',
  'console-socket',
  'no-new-keyring',
  'no-pivot',
  'pid-file',
  'pidfd-socket',
  'preserve-fds',
];
const CRIU = [
  ...['auto-dedup', 'empty-ns', 'ext-unix-sk', 'file-locks', 'image-path', 'lazy-pages', 'link-remap'],
  ...['manage-cgroups-mode', 'shell-job', 'tcp-established', 'work-path'],
];

export const runcGlobalOptions: readonly string[] = [
  ...['criu', 'debug', 'help', 'log', 'log-format', 'root', 'rootless', 'systemd-cgroup', 'version'],
];

export const runcCommands: Readonly<Record<string, readonly string[]>> = {
  checkpoint: [
    ...CRIU,
    'leave-running',
    'page-server',
    'parent-path',
    'pre-dump',
    'status-fd',
    'tcp-skip-in-flight',
  ],
  create: BUNDLE,
  delete: ['force'],
  events: ['interval', 'stats'],
  exec: [
    ...[
      'additional-gids',
      'apparmor',
      'cap',
      'cgroup',
      'console-socket',
      'cwd',
      'detach',
      'env',
      'ignore-paused',
    ],
    ...[
      'no-new-privs',
      'pid-file',
      'pidfd-socket',
      'preserve-fds',
      'process',
      'process-label',
      'tty',
      'user',
    ],
  ],
  features: [],
  kill: ['all'],
  list: ['format', 'quiet'],
  pause: [],
  ps: ['format'],
  restore: [
    ...[...CRIU, 'bundle', 'console-socket', 'detach', 'lsm-mount-context', 'lsm-profile'],
    ...['no-pivot', 'no-subreaper', 'pid-file'],
  ],
  resume: [],
  run: [...BUNDLE, 'detach', 'keep', 'no-subreaper'],
  spec: ['bundle', 'rootless'],
  start: [],
  state: [],
  update: [
    ...[
      'blkio-weight',
      'cpu-burst',
      'cpu-idle',
      'cpu-period',
      'cpu-quota',
      'cpu-rt-period',
      'cpu-rt-runtime',
    ],
    ...['cpu-share', 'cpuset-cpus', 'cpuset-mems', 'kernel-memory', 'kernel-memory-tcp', 'l3-cache-schema'],
    ...['mem-bw-schema', 'memory', 'memory-reservation', 'memory-swap', 'pids-limit', 'resources'],
  ],
};
