/** `tsrun exec`: another process in a running container. */
import type { ExecOptions } from '../../container/exec.ts';
import { RuntimeError } from '../../errors/runtime-error.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import type { Values } from '../option.ts';
import { absoluteOption } from '../paths.ts';
import { parseSubCgroups } from '../sub-cgroups.ts';
import { parseId, parseUser } from '../user.ts';
import { containerId } from './container-id.ts';

const execOptions = [
  {
    name: 'console-socket',
    type: 'text',
    value: 'SOCKET',
    help: 'AF_UNIX socket that receives the master end of the terminal',
  },
  { name: 'cwd', type: 'text', value: 'DIR', help: 'working directory in the container' },
  { name: 'env', short: 'e', type: 'list', value: 'NAME=VALUE', help: 'set an environment variable' },
  { name: 'tty', short: 't', type: 'flag', help: 'give the process a terminal' },
  { name: 'user', short: 'u', type: 'text', value: 'UID[:GID]', help: 'run as this user, by number' },
  { name: 'additional-gids', short: 'g', type: 'list', value: 'GID', help: 'add a group, by number' },
  {
    name: 'process',
    short: 'p',
    type: 'text',
    value: 'FILE',
    help: 'process.json, instead of a command and the options for it',
  },
  { name: 'detach', short: 'd', type: 'flag', help: 'do not wait for the process to end' },
  { name: 'pid-file', type: 'text', value: 'FILE', help: 'write the pid of the process to FILE' },
  { name: 'cap', short: 'c', type: 'list', value: 'CAP', help: 'add a capability' },
  { name: 'no-new-privs', type: 'flag', help: 'set no_new_privs for the process' },
  {
    name: 'preserve-fds',
    type: 'number',
    value: 'N',
    help: 'pass N more file descriptors, from 3 on, to the process',
  },
  {
    name: 'cgroup',
    type: 'list',
    value: '[CONTROLLER[,…]:]PATH',
    help: "run in this sub-cgroup of the container's",
  },
  {
    name: 'pidfd-socket',
    type: 'text',
    value: 'SOCKET',
    help: 'AF_UNIX socket that receives a pidfd of the process',
  },
  { name: 'ignore-paused', type: 'flag', help: 'also in a paused container' },
  { name: 'apparmor', type: 'text', value: 'PROFILE', help: 'run under this AppArmor profile' },
  { name: 'process-label', type: 'text', value: 'LABEL', help: 'run with this SELinux label' },
] as const;

export const exec = defineCommand({
  name: 'exec',
  summary: 'run another process in a container',
  description:
    'Exits with the status of the process, 128+N if signal N ended it, 255 if it could not be run.',
  args: [
    containerId,
    {
      name: 'command',
      help: 'the command with its arguments, unless --process is given',
      optional: true,
      rest: true,
    },
  ],
  options: execOptions,
  stopAtFirstArgument: true,
  warnings: 'at-once',
  failureStatus: 255,
  async run({ runtime }, { options, args: [id = '', ...words] }) {
    const request = execRequest(options, words);
    const layer = await import('../../container/exec.ts');
    return layer.exec(runtime, id, request);
  },
});

/** @throws RuntimeError */
export function execRequest(options: Values<typeof execOptions>, words: readonly string[]): ExecOptions {
  const args = words[0] === '--' ? words.slice(1) : words;
  if (options.process === undefined && args.length === 0) {
    throw new RuntimeError('usage', 'exec needs a command, or a process.json with --process', {
      hint: 'usage: tsrun exec [options] <container-id> <command...>',
    });
  }
  return given({
    processFile: absoluteOption(options.process),
    args,
    cwd: options.cwd,
    env: (options.env ?? []).map(assignment),
    user: options.user === undefined ? undefined : parseUser(options.user),
    additionalGids: (options['additional-gids'] ?? []).map((gid) => parseId('group', gid)),
    tty: options.tty ?? false,
    detach: options.detach ?? false,
    pidFile: absoluteOption(options['pid-file']),
    consoleSocket: absoluteOption(options['console-socket']),
    preserveFds: options['preserve-fds'] ?? 0,
    caps: options.cap ?? [],
    noNewPrivs: options['no-new-privs'],
    apparmor: options.apparmor,
    processLabel: options['process-label'],
    ignorePaused: options['ignore-paused'] ?? false,
    pidfdSocket: absoluteOption(options['pidfd-socket']),
    subCgroups: options.cgroup === undefined ? undefined : parseSubCgroups(options.cgroup),
  });
}

/** As in config.json: what has no name, or no value, is a mistake. */
function assignment(text: string): string {
  if (text.indexOf('=') > 0) return text;
  throw new RuntimeError('usage', `invalid environment variable: ${JSON.stringify(text)}`, {
    hint: 'write NAME=VALUE, or NAME= for an empty value',
  });
}
