/** The Unix socket in a container's directory that its first process listens on, until the program is executed. */

import { VIGIL_SECONDS } from '../init/vigil.ts';
import { bind, connect, listen, setTimeLimit, socket } from '../kernel/calls/socket.ts';
import { O_DIRECTORY, O_NOFOLLOW, O_PATH, O_RDONLY, S_IFMT, S_IFSOCK } from '../kernel/constants/file.ts';
import { AF_UNIX, SO_RCVTIMEO, SOCK_SEQPACKET } from '../kernel/constants/process.ts';
import { closeSync, fstatSync, openSync } from '../kernel/file-system.ts';
import { perform } from '../kernel/local.ts';
import { join } from '../kernel/path.ts';
import { INIT_SOCKET } from './record/files.ts';
import { damaged, unreadable } from './record/problems.ts';
import type { StateDirectory } from './state-directory.ts';

/** @returns the listening descriptor, for the init to inherit */
export function listenForDriver({ path }: StateDirectory): number {
  return by(openSync(path, O_RDONLY | O_DIRECTORY), (link) => {
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    perform(bind(fd, `${link}/${INIT_SOCKET}`));
    perform(listen(fd, 1));
    return fd;
  });
}

/**
 * @returns a connection to the init
 * @throws RuntimeError `system` if it does not listen any more; `state` if the socket is not there
 */
export function connectToInit(directory: StateDirectory): number {
  const handle = openSocket(directory);
  return by(handle, (link) => {
    const fd = perform(socket(AF_UNIX, SOCK_SEQPACKET));
    perform(setTimeLimit(fd, SO_RCVTIMEO, VIGIL_SECONDS));
    try {
      perform(connect(fd, link));
    } catch (error) {
      throw isSocket(handle) ? error : damaged(directory.path, directory.id, INIT_SOCKET, 'is not a socket');
    }
    return fd;
  });
}

/** Not through a symlink: it would be another container's. */
function openSocket({ path, id }: StateDirectory): number {
  try {
    return openSync(join(path, INIT_SOCKET), O_PATH | O_NOFOLLOW);
  } catch (error) {
    throw damaged(path, id, INIT_SOCKET, unreadable(error));
  }
}

function isSocket(handle: number): boolean {
  return (fstatSync(handle).mode & S_IFMT) === S_IFSOCK;
}

/** Reached by descriptor, since a socket's address holds 107 bytes only. */
function by(handle: number, use: (link: string) => number): number {
  try {
    return use(`/proc/self/fd/${handle}`);
  } finally {
    closeSync(handle);
  }
}
