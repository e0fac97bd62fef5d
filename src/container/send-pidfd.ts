/** `--pidfd-socket`: a pidfd of a process for whoever listens there, as runc sends it. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { close } from '../kernel/calls/file.ts';
import { sendDescriptor } from '../kernel/calls/socket.ts';
import { attempt, perform } from '../kernel/local.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { connectTo } from './console.ts';

/**
 * Connects, and sends the descriptor with runc's word for the process as the payload. To be called while the process
 * cannot have been reaped.
 *
 * @param path of an AF_UNIX stream socket
 * @param kind `standard` for a container's first process, `setns` for one of exec
 * @throws RuntimeError `usage` where nobody listens
 */
export function sendPidfd(path: string, kind: 'standard' | 'setns', pid: number): void {
  using pidfd = Pidfd.open(pid);
  if (!pidfd) throw new RuntimeError('system', `process ${pid} ended before its pidfd was sent`);
  const socket = connectTo(path);
  try {
    perform(sendDescriptor(socket, pidfd.fd, kind));
  } finally {
    attempt(close(socket));
  }
}
