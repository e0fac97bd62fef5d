/** The options that stand before the command. */
import { HELP, VERSION } from './option.ts';
import { optionTable } from './option-table.ts';

export const globalOptions = [
  { name: 'root', type: 'text', value: 'DIR', help: 'directory of the state of containers' },
  {
    name: 'log',
    type: 'text',
    value: 'FILE',
    defaultText: 'standard error',
    help: 'append log records to FILE, or journald:ID, or syslog:ID',
  },
  { name: 'log-format', type: 'text', value: 'FORMAT', choices: ['text', 'json'], help: 'format of the log' },
  {
    name: 'log-level',
    type: 'text',
    value: 'LEVEL',
    choices: ['debug', 'info', 'warning', 'error'],
    default: 'warning',
    help: 'least level that is logged',
  },
  { name: 'debug', type: 'flag', help: 'log everything, and print where errors come from' },
  {
    name: 'rootless',
    type: 'text',
    value: 'MODE',
    choices: ['true', 'false', 'auto'],
    default: 'auto',
    help: 'ignore errors of cgroup permission',
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
    defaultText: 'cgroupfs',
    help: 'who makes the cgroup',
  },
  { name: 'criu', type: 'text', value: 'PATH', help: 'accepted and ignored', hidden: true },
] as const;

export const globalTable = optionTable(globalOptions, [HELP, VERSION]);
