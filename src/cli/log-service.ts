/** Connects to the system's log. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { connect, socket } from '../kernel/calls/socket.ts';
import { AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK } from '../kernel/constants/process.ts';
import { perform } from '../kernel/local.ts';
import type { LogService } from '../log/service-record.ts';

const SOCKETS = { journald: '/run/systemd/journal/socket', syslog: '/dev/log' } as const;

/** @returns a socket that takes records as datagrams @throws RuntimeError `usage` where nobody listens */
export function connectTo(kind: LogService['kind']): number {
  const path = SOCKETS[kind];
  try {
    const fd = perform(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK));
    perform(connect(fd, path));
    return fd;
  } catch (cause) {
    throw new RuntimeError('usage', `cannot log to ${kind}: nobody listens at "${path}"`, {
      cause,
      hint: 'give a file with --log FILE',
    });
  }
}
