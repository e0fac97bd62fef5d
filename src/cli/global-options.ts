/** The options that stand before the command. */
export const globalOptions = [
  { name: 'root', type: 'text', value: 'DIR', help: 'directory of the state of containers' },
  {
    name: 'log',
    type: 'text',
    value: 'FILE',
    help: 'append log records to FILE, or journald:ID, or syslog:ID (default: standard error)',
  },
  { name: 'log-format', type: 'text', value: 'FORMAT', choices: ['text', 'json'], help: 'format of the log' },
  {
    name: 'log-level',
    type: 'text',
    value: 'LEVEL',
    choices: ['debug', 'info', 'warning', 'error'],
    help: 'least level that is logged (default: warning)',
  },
  { name: 'debug', type: 'flag', help: 'log everything, and print where errors come from' },
  {
    name: 'rootless',
    type: 'text',
    value: 'MODE',
    choices: ['true', 'false', 'auto'],
    help: 'ignore errors of cgroup permission (default: auto)',
  },
  {
    name: 'systemd-cgroup',
    short: 's',
    type: 'flag',
    help: 'let systemd make the cgroup; cgroupsPath is "slice:prefix:name"',
  },
  {
    name: 'cgroup-manager',
    type: 'text',
    value: 'MANAGER',
    choices: ['cgroupfs', 'systemd', 'disabled'],
    help: 'who makes the cgroup (default: cgroupfs)',
  },
  { name: 'criu', type: 'text', value: 'PATH', help: 'accepted and ignored', hidden: true },
] as const;
