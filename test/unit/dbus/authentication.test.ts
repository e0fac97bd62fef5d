import { describe, expect, test } from 'vitest';
import { authenticate } from '../../../src/dbus/authentication.ts';
import { monotonicMilliseconds } from '../../../src/kernel/clock.ts';
import { PATIENCE, Peer } from '../../setup/dbus/peer.ts';

const soon = () => monotonicMilliseconds() + PATIENCE;

describe('authentication', () => {
  test.each([
    ['a bus', 'DATA\r\nOK 0123456789abcdef\r\n'],
    ['a bus without a guid', 'DATA \r\nOK\r\n'],
    ['systemd before 246', 'OK 0123456789abcdef\r\nERROR\r\n'],
  ])('by the credentials of the socket: %s', (_, answer) => {
    using peer = new Peer();
    peer.send(answer, 'l');
    authenticate(peer.stream, soon());
    expect(peer.received().toString()).toBe('\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n');
    // What follows belongs to the first message.
    expect(peer.stream.take(1, soon())).toEqual(Uint8Array.of(0x6c));
  });

  test.each([
    [
      'REJECTED EXTERNAL DBUS_COOKIE_SHA1\r\n',
      'the bus refuses this user (AUTH EXTERNAL): "REJECTED EXTERNAL',
    ],
    ['DATA\r\nREJECTED\r\n', 'the bus refuses this user (AUTH EXTERNAL): "REJECTED"'],
    ['ERROR "what?"\r\n', 'the bus refuses this user (AUTH EXTERNAL): "ERROR \\"what?\\""'],
    ['OKAY\r\n', 'the bus answers the authentication with "OKAY"'],
    ['OK 1\r\nOK 1\r\n', 'the bus answers the authentication with "OK 1"'],
    ['DATA\r\nDATA\r\n', 'the bus answers the authentication with "DATA"'],
    ['\x1b[31mHTTP/1.1 400\r\n', 'the bus answers the authentication with "\\u001b[31mHTTP/1.1 400"'],
    ['DATA\n', 'the bus answers the authentication with bytes that are not a line'],
    [`${'a'.repeat(16 * 1024)}\r\n`, 'the bus sends an endless line'],
    ['a'.repeat(16 * 1024 + 1), 'the bus sends an endless line'],
  ])('refused: %j', (answer, message) => {
    using peer = new Peer();
    peer.send(answer);
    expect(() => authenticate(peer.stream, soon())).toThrow(message);
  });

  test('bytes that are not text are not shown', () => {
    using peer = new Peer();
    peer.send(Uint8Array.of(0xff, 0xfe, 13, 10));
    expect(() => authenticate(peer.stream, soon())).toThrow('bytes that are not a line');
  });

  test('a bus that is silent, or goes away', () => {
    using silent = new Peer();
    silent.send('DATA\r\nOK');
    expect(() => authenticate(silent.stream, soon())).toThrow('does not answer the authentication in time');
    using gone = new Peer();
    gone.send('DATA\r\nOK');
    gone.received();
    gone.close();
    expect(() => authenticate(gone.stream, soon())).toThrow(/EPIPE|closed the connection/);
  });
});
