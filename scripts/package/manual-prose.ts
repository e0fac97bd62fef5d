/** What tsrun(8) says beyond the tables of commands and options. */

export const exitStatuses: Readonly<Record<string, string>> = {
  0: 'Success. For run and exec: the process in the container succeeded.',
  1: 'The command failed; standard error, or the log, says why.',
  3: 'There is no such command.',
  255: 'exec failed before the process was started.',
  '128+N': 'For run and exec: signal N ended the process. Any other status of it is passed on.',
};

export const files: Readonly<Record<string, string>> = {
  'config.json': 'In the bundle: the configuration of the container. tsrun spec writes one.',
  '/run/tsrun': 'State of the containers of root; --root names another directory.',
  '$XDG_RUNTIME_DIR/tsrun':
    'State of the containers of an ordinary user. Without that variable: /run/user/UID/tsrun, ~/.tsrun/run or /tmp/tsrun-UID.',
  '/var/lib/tsrun': 'Writable layers of the containers of root, deleted with them.',
  '$XDG_DATA_HOME/tsrun, ~/.local/share/tsrun': 'Writable layers of the containers of an ordinary user.',
  '/etc/subuid, /etc/subgid': 'Ids that ordinary users may map with newuidmap(1) and newgidmap(1).',
};

export const environment: Readonly<Record<string, string>> = {
  XDG_RUNTIME_DIR: 'Where the state of an ordinary user is.',
  'XDG_DATA_HOME, HOME': 'Where the writable layers of an ordinary user are.',
  'LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES': 'Socket activation, see sd_listen_fds(3).',
  NOTIFY_SOCKET: 'Readiness, see sd_notify(3).',
};

interface Example {
  readonly text: string;
  readonly lines: readonly string[];
}

export const examples: readonly Example[] = [
  {
    text: 'A first container. What it writes goes to a layer of its own, which is deleted with it:',
    lines: [
      'mkdir -p bundle/rootfs',
      'cp -a /path/to/a/root/file/system/. bundle/rootfs',
      'tsrun spec --bundle bundle',
      'tsrun run --bundle bundle first',
    ],
  },
  {
    text: 'What would be done for it, step by step:',
    lines: ['tsrun plan --bundle bundle'],
  },
  {
    text: 'As the runtime of podman(1):',
    lines: ['podman --runtime /usr/bin/tsrun run --rm docker.io/library/busybox true'],
  },
];
