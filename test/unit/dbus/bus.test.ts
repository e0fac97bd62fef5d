/** The client against answers that were sent beforehand. */
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Bus, Bus as Client, openBus } from '../../../src/dbus/bus.ts';
import {
  decodeMessage,
  ERROR,
  encodeMessage,
  METHOD_CALL,
  messageLength,
} from '../../../src/dbus/message.ts';
import { PATIENCE, Peer, reply, signal } from '../../setup/dbus/peer.ts';

const clock = vi.hoisted(() => ({ step: 0, ahead: 0 }));
vi.mock('../../../src/kernel/clock.ts', async (original) => {
  const { monotonicMilliseconds } = await original<typeof import('../../../src/kernel/clock.ts')>();
  const read = () => {
    clock.ahead += clock.step;
    return monotonicMilliseconds() + clock.ahead;
  };
  return { monotonicMilliseconds: read };
});

const method = {
  destination: 'a.b',
  path: '/a',
  interface: 'a.b',
  member: 'Get',
  signature: 's',
  returns: 'u',
};
const removed = { sender: 'a.b', interface: 'a.b', member: 'Removed', signature: 'u' };
const owner = (serial: number, name: string) =>
  reply(serial, 's', [name], { sender: 'org.freedesktop.DBus' });
const failure = (replySerial: number, name: string, signature: string, values: string[]) =>
  encodeMessage({ type: ERROR, flags: 1, serial: 9, replySerial, errorName: name, signature }, values);

let peer: Peer;
let bus: Bus;
beforeEach(() => {
  peer = new Peer();
  bus = peer.bus();
});
afterEach(() => peer[Symbol.dispose]());

/** The messages that the client has sent. */
function messages(sent: Buffer) {
  const found = [];
  for (let at = 0; at < sent.length; ) {
    const length = messageLength(sent.subarray(at));
    found.push(decodeMessage(sent.subarray(at, at + length)));
    at += length;
  }
  return found;
}

describe('a call', () => {
  test('is answered with values', () => {
    peer.send(reply(2, 'u', [7]));
    expect(bus.call(method, ['x'])).toEqual({ values: [7] });
    const [hello, call] = messages(peer.received());
    expect(hello).toMatchObject({ type: METHOD_CALL, flags: 0, serial: 1, member: 'Hello' });
    expect(call).toMatchObject({ type: METHOD_CALL, flags: 0, serial: 2, member: 'Get', destination: 'a.b' });
    expect(call?.values()).toEqual(['x']);
  });

  test('is answered with an error, which may have no words', () => {
    peer.send(failure(2, 'a.NoSuchUnit', 's', ['no unit']), failure(3, 'a.Busy', '', []));
    expect(bus.call(method, ['x'])).toEqual({ failure: { name: 'a.NoSuchUnit', message: 'no unit' } });
    expect(bus.call(method, ['x'])).toEqual({ failure: { name: 'a.Busy', message: '' } });
  });

  test('skips answers to earlier calls, calls to it, and types that it does not know', () => {
    const toUs = encodeMessage({ type: METHOD_CALL, flags: 0, serial: 2, path: '/', member: 'Ping' }, []);
    const unknown = encodeMessage({ type: 99, flags: 0, serial: 3, replySerial: 1 }, []);
    peer.send(reply(1, 's', ['late']), toUs, unknown, reply(2, 'u', [7]));
    expect(bus.call(method, ['x'])).toEqual({ values: [7] });
  });

  test.each([
    ['values of other types', reply(2, 's', ['7']), 'Get returns values of the types "s": expected "u"'],
    ['no values', reply(2, '', []), 'Get returns values of the types "": expected "u"'],
    ['a body that does not fit', reply(2, 'u', [7]).with(4, 3), 'the message from the bus is garbled'],
    ['no message', Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'its byte order is not known'],
    ['a type that is no answer', reply(2, 'u', [7], { type: 77 }), 'Get returns values'],
  ])('is not answered with %s', (_, answer, message) => {
    peer.send(answer);
    expect(() => bus.call(method, ['x'])).toThrow(message);
  });

  test('is given up after a while, also if the bus sends other things, or a part of the answer', () => {
    expect(() => bus.call(method, ['x'])).toThrow(`no answer to Get within ${PATIENCE / 1000} seconds`);
    peer.send(signal('Removed', 'u', [1]), reply(3, 'u', [7]).subarray(0, 20));
    expect(() => bus.call(method, ['x'])).toThrow('no answer to Get');
    // The rest arrives late: what comes after it is understood.
    peer.send(reply(3, 'u', [7]).subarray(20), reply(4, 'u', [8]));
    expect(bus.call(method, ['x'])).toEqual({ values: [8] });
  });

  test('ends when the bus goes away', () => {
    peer.received();
    peer.send(reply(2, 'u', [7]).subarray(0, 20));
    peer.close();
    expect(() => bus.call(method, ['x'])).toThrow(/EPIPE|the bus has closed the connection/);
  });

  test('with values that are not of its types is not sent', () => {
    peer.received();
    expect(() => bus.call(method, [7])).toThrow('is not a value of the D-Bus type "s"');
    expect(() => bus.call({ ...method, path: 'a' }, ['x'])).toThrow('is not a value of the D-Bus type "o"');
    expect(peer.received()).toHaveLength(0);
  });

  test('need not be answered', () => {
    peer.received();
    bus.post(method, ['x']);
    expect(messages(peer.received())[0]).toMatchObject({ flags: 1, member: 'Get' });
  });
});

describe('a signal', () => {
  const wait = (accept: (value: unknown) => unknown = (value) => value) =>
    bus.waitForSignal(removed, ([value]) => accept(value) as number | undefined);

  test('is found among others, also if it came during a call', () => {
    const from = { sender: ':1.3' };
    peer.send(signal('Removed', 'u', [1], from), signal('New', 'u', [2], from), reply(2, 'u', [7], from));
    peer.send(signal('Removed', 'u', [3], from));
    bus.call(method, ['x']);
    expect(wait((value) => (value === 3 ? value : undefined))).toBe(3);
    expect(bus.waitForSignal(removed, () => 1, 10)).toBeUndefined();
  });

  test('of another sender is not believed', () => {
    peer.send(reply(2, 'u', [7], { sender: ':1.3' }));
    peer.send(signal('Removed', 'u', [1], { sender: ':1.66' }), owner(3, ':1.3'));
    peer.send(signal('Removed', 'u', [2], { sender: ':1.3' }));
    bus.call(method, ['x']);
    expect(wait()).toBe(2);
  });

  test('of another sender is not believed, however often it comes', () => {
    const forged = signal('Removed', 'u', [1], { sender: ':1.66' });
    peer.send(...new Array(5).fill(forged), reply(2, 'u', [7], { sender: ':1.3' }));
    bus.call(method, ['x']);
    // Nobody answers GetNameOwner: it is not asked once the time is over.
    expect(bus.waitForSignal(removed, () => true, 0)).toBeUndefined();
  });

  test('of a new owner of the name is', () => {
    peer.send(reply(2, 'u', [7], { sender: ':1.3' }));
    peer.send(signal('Removed', 'u', [1], { sender: ':1.4' }), owner(3, ':1.4'));
    bus.call(method, ['x']);
    expect(wait()).toBe(1);
  });

  test.each([
    ['member', signal('Moved', 'u', [1])],
    ['interface', signal('Removed', 'u', [1], { interface: 'a.c' })],
    ['types', signal('Removed', 's', ['1'])],
  ])('with another %s is another one', (_, other) => {
    using direct = new Peer();
    direct.send(other);
    const client = new Client(direct.stream, { direct: true, patience: PATIENCE });
    expect(client.waitForSignal(removed, () => true, 10)).toBeUndefined();
  });

  test('has no sender where there is no daemon, and no Hello before it', () => {
    using direct = new Peer();
    direct.send(signal('Removed', 'u', [5]));
    const client = new Client(direct.stream, { direct: true, patience: PATIENCE });
    expect(client.waitForSignal(removed, ([value]) => value)).toBe(5);
    client.post(method, ['x']);
    expect(messages(direct.received())).toMatchObject([{ serial: 1, member: 'Get' }]);
  });

  test('never comes from a bus that has gone', () => {
    // Otherwise the kernel reports an error: the peer has left it unread.
    peer.received();
    peer.close();
    expect(() => wait()).toThrow('the bus has closed the connection');
  });

  test('that never comes does not keep it, however much the bus sends', () => {
    const count = 1500;
    peer.send(reply(2, 'u', [7], { sender: ':1.3' }));
    peer.send(Buffer.concat(new Array(count).fill(signal('Removed', 'u', [1], { sender: ':1.3' }))));
    bus.call(method, ['x']);
    let seen = 0;
    // The clock goes on by 60 ms whenever it is read.
    clock.step = 60;
    try {
      expect(wait(() => void seen++)).toBeUndefined();
      expect(seen).toBeGreaterThan(0);
      expect(seen).toBeLessThan(count);
    } finally {
      clock.step = 0;
    }
  });
});

describe('a connection', () => {
  test('is refused by an error, and closed', () => {
    using other = new Peer();
    other.send(failure(1, 'org.freedesktop.DBus.Error.LimitsExceeded', 's', ['too many']));
    expect(() => new Client(other.stream, { direct: false, patience: PATIENCE })).toThrow(
      'the bus refuses the connection: "too many" (org.freedesktop.DBus.Error.LimitsExceeded)',
    );
    expect(() => other.send('x')).toThrow('EPIPE');
  });

  test.each([
    ['unix:path=/nowhere/bus', 'connect: ENOENT (no such file or directory)'],
    ['unix:abstract=tsrun-nobody;unix:path=/nowhere/bus', 'connect: ENOENT'],
    ['unix:path=/nowhere/bus;unix:abstract=tsrun-nobody', 'connect: ECONNREFUSED'],
    ['unix:path=/dev/null', 'connect: ECONNREFUSED'],
    [`unix:path=/${'a'.repeat(200)}`, 'too long'],
    ['tcp:host=localhost,port=1', 'no address that tsrun can connect to'],
  ])('cannot be made to %s', (address, message) => {
    const before = readdirSync('/proc/self/fd').length;
    expect(() => openBus(address, { direct: false })).toThrow(message);
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});
