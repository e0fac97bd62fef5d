import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test } from 'vitest';
import { openBus } from '../../../src/dbus/bus.ts';
import { monotonicMilliseconds } from '../../../src/kernel/clock.ts';
import { PATIENCE, Peer } from '../../setup/dbus/peer.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsrun-dbus-'));
afterAll(() => rmSync(directory, { recursive: true }));

const soon = () => monotonicMilliseconds() + PATIENCE;
const method = {
  destination: 'a.b',
  path: '/a',
  interface: 'a.b',
  member: 'Length',
  signature: 's',
  returns: 'u',
};

describe('a stream', () => {
  test('gives what it is asked for, in whatever pieces it arrives', () => {
    using peer = new Peer();
    peer.send('ab', 'c', 'defg');
    expect(Buffer.from(peer.stream.peek(2, soon()) ?? []).toString()).toBe('ab');
    expect(Buffer.from(peer.stream.take(4, soon()) ?? []).toString()).toBe('abcd');
    expect(Buffer.from(peer.stream.takeUntil(0x66, 10, soon()) ?? []).toString()).toBe('ef');
    expect(peer.stream.take(2, soon())).toBeUndefined();
    peer.send('h');
    expect(Buffer.from(peer.stream.take(2, soon()) ?? []).toString()).toBe('gh');
  });

  test('passes more than its memory', () => {
    using peer = new Peer();
    const random = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index % 251));
    for (let round = 0; round < 5; round++) {
      peer.send(random);
      expect(peer.stream.take(7, soon())).toEqual(new Uint8Array(random.subarray(0, 7)));
      expect(peer.stream.take(random.length - 7, soon())).toEqual(new Uint8Array(random.subarray(7)));
    }
  });

  test('does not wait for a peer that does not read', () => {
    using peer = new Peer();
    const start = Date.now();
    expect(() => peer.stream.write(new Uint8Array(10_000_000), soon())).toThrow(
      'does not read the messages sent to it',
    );
    expect(Date.now() - start).toBeLessThan(PATIENCE * 50);
  });
});

test('a slow bus is understood, and understands', async () => {
  const path = join(directory, 'slow');
  const worker = new Worker(new URL('../../setup/dbus/slow-bus.ts', import.meta.url), { workerData: path });
  try {
    await once(worker, 'message');
    using bus = openBus(`unix:path=${path}`, { direct: false });
    for (const length of [0, 1, 1_000_000, 5]) {
      expect(bus.call(method, ['x'.repeat(length)])).toEqual({ values: [length] });
    }
  } finally {
    await worker.terminate();
  }
});

test('a bus that accepts nobody is given up', async () => {
  const path = join(directory, 'silent');
  // This thread, which would accept, is the one that waits.
  const server = createServer().listen({ path, backlog: 1 });
  await once(server, 'listening');
  const open = () => openBus(`unix:path=${path}`, { direct: false, patience: 200 });
  const start = Date.now();
  expect(open).toThrow('the bus does not answer the authentication in time');
  expect(Date.now() - start).toBeGreaterThanOrEqual(200);
  expect(open).toThrow('in time');
  // Those that gave up still wait to be accepted: there is no room for another one.
  expect(open).toThrow('the bus does not accept the connection in time');
  server.close();
});
