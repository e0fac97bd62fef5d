/** The Unix socket in a container's directory that its first process listens on, until the program is executed. */

import { bind, connect, listen, socket } from '../kernel/calls/socket.ts';
import { O_DIRECTORY, O_RDONLY } from '../kernel/constants/file.ts';
import { AF_UNIX, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { closeSync, openSync, unlinkSync } from '../kernel/file-system.ts';
import { perform } from '../kernel/local.ts';
import { join } from '../kernel/path.ts';
import { INIT_SOCKET } from './record/files.ts';
import type { StateDirectory } from './state-directory.ts';

/** @returns the listening descriptor, for the init to inherit */
export function listenForDriver(directory: StateDirectory): number {
  return at(directory, (address, fd) => {
    perform(bind(fd, address));
    perform(listen(fd, 1));
  });
}

/** @returns a connection to the init @throws RuntimeError `system` where nobody listens any more */
export function connectToInit(directory: StateDirectory): number {
  return at(directory, (address, fd) => {
    perform(connect(fd, address));
  });
}

/** Once the program is executed. The container runs whether or not its socket can be removed. */
export function removeInitSocket({ path }: StateDirectory): void {
  try {
    unlinkSync(join(path, INIT_SOCKET));
  } catch {
    // `delete` removes it.
  }
}

/** Reached by descriptor, since a socket's address holds 107 bytes only. */
function at({ path }: StateDirectory, use: (address: string, fd: number) => void): number {
  const directory = openSync(path, O_RDONLY | O_DIRECTORY);
  try {
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    use(`/proc/self/fd/${directory}/${INIT_SOCKET}`, fd);
    return fd;
  } finally {
    closeSync(directory);
  }
}
