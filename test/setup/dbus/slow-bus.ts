/**
 * A bus in a thread that reads little at a time and writes one byte at a time, to any number of clients. Every call is
 * answered with the length of its first argument. workerData: the path of its socket.
 */
import { createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { decodeMessage, messageLength } from '../../../src/dbus/message.ts';
import { reply } from './peer.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

async function serve(socket: Socket): Promise<void> {
  let received = Buffer.alloc(0);
  let isKnown = false;
  for await (const bytes of socket.iterator() as AsyncIterable<Buffer>) {
    received = Buffer.concat([received, bytes]);
    await pause();
    if (!isKnown && received.includes('DATA\r\n')) await trickle(socket, Buffer.from('DATA\r\nOK 1\r\n'));
    isKnown ||= received.includes('DATA\r\n');
    const begin = received.indexOf('BEGIN\r\n');
    if (begin >= 0) received = received.subarray(begin + 'BEGIN\r\n'.length);
    while (received[0] === 0x6c && received.length >= 16 && received.length >= messageLength(received)) {
      const length = messageLength(received);
      const { serial, member, ...call } = decodeMessage(received.subarray(0, length));
      received = received.subarray(length);
      const hello = reply(serial, 's', [':1.1']);
      await trickle(socket, member === 'Hello' ? hello : reply(serial, 'u', [`${call.values()[0]}`.length]));
    }
  }
}

async function trickle(socket: Socket, bytes: Uint8Array): Promise<void> {
  for (const byte of bytes) {
    socket.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

createServer(
  { highWaterMark: 4096, noDelay: true },
  (socket) => void serve(socket).catch(() => socket.destroy()),
).listen(workerData, () => parentPort?.postMessage('ready'));
