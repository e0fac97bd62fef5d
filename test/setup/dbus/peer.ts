/** The other end of a connection to a bus, played by the test itself: what it answers has to be sent beforehand. */
import { Bus } from '../../../src/dbus/bus.ts';
import { ByteStream } from '../../../src/dbus/byte-stream.ts';
import { encodeMessage, METHOD_RETURN, type MessageHeader, SIGNAL } from '../../../src/dbus/message.ts';
import type { BusValue } from '../../../src/dbus/signature.ts';
import type { Out } from '../../../src/kernel/call.ts';
import { close } from '../../../src/kernel/calls/file.ts';
import { receive, send, socketpair } from '../../../src/kernel/calls/socket.ts';
import { MSG_DONTWAIT, SOCK_STREAM } from '../../../src/kernel/constants/process.ts';
import { attempt, perform, performForBytes } from '../../../src/kernel/local.ts';

/** Milliseconds after which a bus that does not answer is given up. */
export const PATIENCE = 100;

export class Peer implements Disposable {
  /** The client's end. */
  readonly stream: ByteStream;
  readonly #fd: number;

  constructor() {
    const view = new DataView(performForBytes(socketpair(SOCK_STREAM)).buffer);
    this.stream = new ByteStream(view.getInt32(0, true));
    this.#fd = view.getInt32(4, true);
  }

  send(...pieces: readonly (Uint8Array | string)[]): void {
    for (const piece of pieces) perform(send(this.#fd, Buffer.from(piece)));
  }

  /** What the client has sent so far. */
  received(): Buffer {
    const outs = new Map<Out, Uint8Array>();
    attempt(receive(this.#fd, 64 * 1024, MSG_DONTWAIT), undefined, outs);
    return Buffer.concat([...outs.values()]);
  }

  /** A connection after Hello, whose answer is sent first. */
  bus(): Bus {
    this.send(reply(1, 's', [':1.7'], { sender: 'org.freedesktop.DBus' }));
    return new Bus(this.stream, { direct: false, patience: PATIENCE });
  }

  close(): void {
    attempt(close(this.#fd));
  }

  [Symbol.dispose](): void {
    this.stream[Symbol.dispose]();
    this.close();
  }
}

const common = { flags: 0, serial: 1 };

export function reply(
  replySerial: number,
  signature: string,
  values: readonly BusValue[],
  fields: Partial<MessageHeader> = {},
): Uint8Array {
  return encodeMessage({ ...common, type: METHOD_RETURN, replySerial, signature, ...fields }, values);
}

export function signal(
  member: string,
  signature: string,
  values: readonly BusValue[],
  fields: Partial<MessageHeader> = {},
): Uint8Array {
  const header = { ...common, type: SIGNAL, path: '/a', interface: 'a.b', member, signature, ...fields };
  return encodeMessage(header, values);
}
