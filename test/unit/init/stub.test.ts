/** What the init stub makes of programs, by the effects of the system calls. */
import { describe, expect, test } from 'vitest';
import { INBOX_SIZE } from '../../../src/init/program.ts';
import { type Call, call, callWithStruct, ignoreErrors, tolerate, words } from '../../../src/kernel/call.ts';
import { close, fcntl, lseek, mkdirat, openat, write } from '../../../src/kernel/calls/file.ts';
import { bind, socket } from '../../../src/kernel/calls/socket.ts';
import { O_RDONLY, SEEK_SET } from '../../../src/kernel/constants/file.ts';
import { AF_UNIX, MSG_NOSIGNAL, SOCK_DGRAM } from '../../../src/kernel/constants/process.ts';
import { EEXIST, ENOENT, ENOSYS } from '../../../src/kernel/errno.ts';
import { perform } from '../../../src/kernel/local.ts';
import { PLACE, receiveFrom, wordsOf } from './running-stub.ts';
import { isNative, stubBuilds } from './stub-builds.ts';
import { DIRECTORY, FILE, StubRig } from './stub-rig.ts';

const F_DUPFD = 0;

describe.each(stubBuilds)('the init stub for $arch, $origin,', (build) => {
  test('makes calls and answers what they return', async (context) => {
    await using rig = new StubRig(context, build);
    const made = mkdirat(DIRECTORY, 'a', 0o755);
    const moved = lseek(FILE, 2 ** 40 + 7, SEEK_SET);
    expect(rig.stub.run([made, moved])).toBeUndefined();
    expect(rig.stub.valuesOf([made, moved])).toEqual([0, 2 ** 40 + 7]);
    expect(rig.names()).toEqual(['a', 'file']);
  });

  test('stops at the call that fails, and waits for the next program', async (context) => {
    await using rig = new StubRig(context, build);
    const failing = mkdirat(DIRECTORY, 'file', 0o755);
    const calls = [mkdirat(DIRECTORY, 'a', 0o755), failing, mkdirat(DIRECTORY, 'b', 0o755)];
    expect(rig.stub.run(calls)).toEqual({ call: failing, errno: EEXIST });
    expect(rig.names()).toEqual(['a', 'file']);
    expect(rig.stub.run([mkdirat(DIRECTORY, 'c', 0o755)])).toBeUndefined();
    expect(rig.names()).toEqual(['a', 'c', 'file']);
  });

  test('passes six arguments, by value and by reference', async (context) => {
    await using rig = new StubRig(context, build);
    const receiver = perform(socket(AF_UNIX, SOCK_DGRAM));
    try {
      const name = `\0${rig.directory}`;
      perform(bind(receiver, name));
      const address = Buffer.concat([Uint8Array.of(AF_UNIX, 0), Buffer.from(name)]);
      const payload = Buffer.from('six arguments');
      const sender = call('socket', AF_UNIX, SOCK_DGRAM, 0);
      const values = [payload, payload.length, MSG_NOSIGNAL, address, address.length];
      // lseek returns what it is given: a number, or the address of what is to be sent.
      const references = values.map((value) => call('lseek', FILE, value, SEEK_SET));
      const sent = [call('sendto', sender, ...values), call('sendto', sender, ...references)];
      expect(rig.stub.run([sender, ...references, ...sent])).toBeUndefined();
      expect(sent.map(() => Buffer.from(receiveFrom(receiver)))).toEqual([payload, payload]);
    } finally {
      perform(close(receiver));
    }
  });

  test('stores a result in a struct', async (context) => {
    await using rig = new StubRig(context, build);
    const duplicate = fcntl(FILE, F_DUPFD, 77);
    const struct = words(1, duplicate, -1);
    const write = callWithStruct('write', struct, FILE, struct, 24);
    expect(rig.stub.run([duplicate, write])).toBeUndefined();
    expect(rig.contents()).toEqual(Buffer.from(BigInt64Array.of(1n, 77n, -1n).buffer));
    expect(rig.stub.valuesOf([duplicate])).toEqual([77]);
  });

  test('stores no result for an operation that has no place for it', async (context) => {
    await using rig = new StubRig(context, build);
    const moved = lseek(FILE, 5, SEEK_SET);
    const program = rig.stub.encode([moved]);
    wordsOf(program)[(program.operations + PLACE) / 8] = 0n;
    expect(rig.stub.exchange(program)).toBeUndefined();
    expect(rig.stub.valuesOf([moved])).toEqual([0]);
  });

  test.for([
    { tolerated: 'the first one', tolerant: (one: Call) => tolerate(one, EEXIST, ENOENT) },
    { tolerated: 'the second one', tolerant: (one: Call) => tolerate(one, ENOENT, EEXIST) },
    { tolerated: 'any', tolerant: ignoreErrors },
  ])('goes on after an error that is tolerated: $tolerated', async ({ tolerant }, context) => {
    await using rig = new StubRig(context, build);
    const failing = tolerant(mkdirat(DIRECTORY, 'file', 0o755));
    expect(rig.stub.run([failing, mkdirat(DIRECTORY, 'a', 0o755)])).toBeUndefined();
    expect(rig.stub.valuesOf([failing])).toEqual([-EEXIST]);
    expect(rig.names()).toEqual(['a', 'file']);
  });

  test('stops at an error if another one is tolerated', async (context) => {
    await using rig = new StubRig(context, build);
    const failing = tolerate(mkdirat(DIRECTORY, 'file', 0o755), ENOENT);
    expect(rig.stub.run([failing])).toEqual({ call: failing, errno: EEXIST });
  });

  test('skips calls that refer to a failed one, and fails them the same way', async (context) => {
    await using rig = new StubRig(context, build);
    const missing = tolerate(openat(DIRECTORY, 'missing', O_RDONLY), ENOENT);
    const skipped = call('mkdirat', DIRECTORY, 'a', missing);
    const calls = [missing, skipped, close(skipped), mkdirat(DIRECTORY, 'b', 0o755)];
    expect(rig.stub.run(calls)).toBeUndefined();
    expect(rig.stub.valuesOf(calls)).toEqual([-ENOENT, -ENOENT, -ENOENT, 0]);
    expect(rig.names()).toEqual(['b', 'file']);
  });

  test('fails a skipped call like the first of its failed arguments', async (context) => {
    await using rig = new StubRig(context, build);
    const five = lseek(FILE, 5, SEEK_SET);
    const missing = tolerate(openat(DIRECTORY, 'missing', O_RDONLY), ENOENT);
    const existing = tolerate(mkdirat(DIRECTORY, 'file', 0o755), EEXIST);
    const skipped = [
      [five, missing],
      [missing, five],
      [existing, missing],
      [missing, existing],
    ].map((args) => call('getpid', ...args));
    expect(rig.stub.run([five, missing, existing, ...skipped])).toBeUndefined();
    expect(rig.stub.valuesOf(skipped)).toEqual([-ENOENT, -ENOENT, -EEXIST, -ENOENT]);
  });

  test('takes a message that fills its inbox', async (context) => {
    await using rig = new StubRig(context, build);
    // An emulator wants room for as much as the stub is ready to receive.
    const size = isNative(build) ? INBOX_SIZE : INBOX_SIZE - 64 * 1024;
    const overhead = rig.stub.encode([write(FILE, new Uint8Array(64))]).message.length - 64;
    const bytes = Buffer.alloc(size - overhead, 'not all of it is the same. ');
    const program = rig.stub.encode([write(FILE, bytes)]);
    expect(program.message.length).toBe(size);
    expect(rig.stub.exchange(program)).toBeUndefined();
    expect(rig.contents().equals(bytes)).toBe(true);
  });

  test('waits for the rest of a message', async (context) => {
    await using rig = new StubRig(context, build);
    const { message, decode } = rig.stub.encode([write(FILE, 'in pieces')]);
    for (const [from, to] of [[0, 8], [8, 33], [33]]) rig.stub.send(message.subarray(from, to));
    expect(decode(rig.stub.receive(), rig.stub.results)).toBeUndefined();
    expect(rig.contents().toString()).toBe('in pieces');
  });

  test('answers that a system call does not exist', async (context) => {
    await using rig = new StubRig(context, build);
    const unknown = call('getpid');
    const program = rig.stub.encode([unknown]);
    wordsOf(program)[program.operations / 8] = 1_000_000n;
    expect(rig.stub.exchange(program)).toEqual({ call: unknown, errno: ENOSYS });
  });
});
