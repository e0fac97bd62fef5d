/** An AF_UNIX socket that waits for a descriptor, as engines do for `--console-socket` and `--pidfd-socket`. */

import { callWithOut, out } from '../../src/kernel/call.ts';
import { close } from '../../src/kernel/calls/file.ts';
import {
  accept,
  bind,
  listen,
  receiveDescriptor,
  receivedDescriptor,
  socket,
} from '../../src/kernel/calls/socket.ts';
import { AF_UNIX, SOCK_STREAM } from '../../src/kernel/constants/process.ts';
import { attempt, perform, performForBytes } from '../../src/kernel/local.ts';

const MSG_PEEK = 2;
const MSG_DONTWAIT = 0x40;
const LONGEST = 256;

export interface Received {
  readonly fd: number;
  /** What came with it. */
  readonly payload: string;
}

export class DescriptorReceiver implements Disposable {
  readonly #listener: number;

  /** @param path of at most 107 bytes */
  constructor(path: string) {
    this.#listener = perform(socket(AF_UNIX, SOCK_STREAM));
    perform(bind(this.#listener, path));
    perform(listen(this.#listener, 4));
  }

  /** The next one that has been sent; to be called when the sender has ended: it does not wait long. */
  take(): Received {
    const connection = perform(accept(this.#listener));
    try {
      const payload = peek(connection);
      const fd = receivedDescriptor(performForBytes(receiveDescriptor(connection)));
      if (fd === undefined) throw new Error('no descriptor has come');
      return { fd, payload };
    } finally {
      attempt(close(connection));
    }
  }

  [Symbol.dispose](): void {
    attempt(close(this.#listener));
  }
}

function peek(connection: number): string {
  const memory = out(LONGEST);
  const bytes = performForBytes(
    callWithOut('recvfrom', memory, connection, memory, LONGEST, MSG_PEEK | MSG_DONTWAIT, 0, 0),
  );
  return Buffer.from(bytes).toString('utf8').replace(/\0.*$/s, '');
}
