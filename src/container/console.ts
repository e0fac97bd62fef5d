/** Who gets the master of the container's terminal: runc's rules for `--console-socket`. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { openControlSocket } from '../init/stub-process.ts';
import { connect, receiveDescriptor, receivedDescriptor, socket } from '../kernel/calls/socket.ts';
import { O_DIRECTORY, O_RDONLY } from '../kernel/constants/file.ts';
import { AF_UNIX, SOCK_STREAM } from '../kernel/constants/process.ts';
import { closeSync, openSync } from '../kernel/file-system.ts';
import { perform, performForBytes } from '../kernel/local.ts';
import { basename, dirname } from '../kernel/path.ts';

/** @throws RuntimeError `usage` */
export function checkConsole(terminal: boolean, detached: boolean, socketPath: string | undefined): void {
  if (terminal && detached && socketPath === undefined) {
    throw new RuntimeError(
      'usage',
      'cannot allocate tty if tsrun will detach without setting console socket',
      {
        hint: 'pass --console-socket, run in the foreground, or set process.terminal to false',
      },
    );
  }
  if (socketPath !== undefined && !(terminal && detached)) {
    throw new RuntimeError('usage', 'cannot use console socket if tsrun will not detach or allocate tty', {
      hint: 'set process.terminal to true and detach, or leave --console-socket out',
    });
  }
}

/** A socket connected to `path`; through a descriptor, since an address holds 107 bytes. @throws RuntimeError `usage` */
export function connectTo(path: string): number {
  try {
    return connectThrough(openSync(dirname(path), O_RDONLY | O_DIRECTORY), basename(path));
  } catch (cause) {
    throw new RuntimeError('usage', `cannot connect to the socket "${path}"`, {
      cause,
      hint: 'a program has to listen there, on an AF_UNIX stream socket',
    });
  }
}

function connectThrough(directory: number, name: string): number {
  const fd = perform(socket(AF_UNIX, SOCK_STREAM));
  try {
    perform(connect(fd, `/proc/self/fd/${directory}/${name}`));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    closeSync(directory);
  }
}

/** A pair of sockets by which the master comes to ourselves. */
export class OwnConsole {
  readonly #pair = openControlSocket();

  /** The end that the container's first process sends to. */
  get sender(): number {
    return this.#pair.stub;
  }

  /** To be called when it has been sent. @throws RuntimeError `system` */
  receive(): number {
    const master = receivedDescriptor(performForBytes(receiveDescriptor(this.#pair.driver)));
    if (master === undefined) throw new RuntimeError('system', "the container's terminal has not arrived");
    return master;
  }
}
