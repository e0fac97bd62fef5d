/** Operations that do more to the init stub than a system call: fork, control, show. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SHOWN } from '../../../src/init/program.ts';
import { type Call, call, ignoreErrors } from '../../../src/kernel/call.ts';
import { fcntl, lseek, mkdirat, write } from '../../../src/kernel/calls/file.ts';
import { clone } from '../../../src/kernel/calls/namespace.ts';
import { exitGroup } from '../../../src/kernel/calls/process.ts';
import { receive } from '../../../src/kernel/calls/socket.ts';
import { SEEK_SET } from '../../../src/kernel/constants/file.ts';
import { MSG_DONTWAIT } from '../../../src/kernel/constants/process.ts';
import { EAGAIN, EEXIST } from '../../../src/kernel/errno.ts';
import { attempt } from '../../../src/kernel/local.ts';
import { receiveFrom, sendTo } from './running-stub.ts';
import { stubBuilds } from './stub-builds.ts';
import { DIRECTORY, FILE, SOCKET, StubRig } from './stub-rig.ts';

const F_DUPFD = 0;
const SIGCHLD = 17;

describe.each(stubBuilds)('the init stub for $arch, $origin,', (build) => {
  test('forks a child that is driven by a socket of its own', async (context) => {
    await using rig = new StubRig(context, build);
    const forked = clone(SIGCHLD, SOCKET);
    const pid = call('getpid');
    expect(rig.stub.run([forked])).toBeUndefined();
    driveBy(rig.socket, rig, [pid]);
    expect(rig.stub.valuesOf([pid])).toEqual(rig.stub.valuesOf([forked]));
    const own = call('getpid');
    expect(rig.stub.run([own])).toBeUndefined();
    expect(rig.stub.valuesOf([own])).toEqual([rig.stub.pid]);
  });

  test('has its end seen while its child lives, and the child outlives it', async (context) => {
    await using rig = new StubRig(context, build);
    expect(rig.stub.run([clone(SIGCHLD, SOCKET)])).toBeUndefined();
    rig.stub.send(rig.stub.encode([exitGroup(7)]).message);
    expect(rig.stub.receive()).toEqual(new Uint8Array());
    expect(await rig.stub.exit()).toEqual({ code: 7, signal: null });
    driveBy(rig.socket, rig, [mkdirat(DIRECTORY, 'made by the child', 0o755)]);
    expect(rig.names()).toContain('made by the child');
  });

  test("ends a child at the end of the child's driver", async (context) => {
    await using rig = new StubRig(context, build);
    const forked = clone(SIGCHLD, SOCKET);
    expect(rig.stub.run([forked])).toBeUndefined();
    // The stub holds the other end, too, but has no program that reads it.
    rig.closeSocket();
    const [pid] = rig.stub.valuesOf([forked]);
    await expect.poll(() => isAlive(pid as number)).toBe(false);
    expect(rig.stub.run([])).toBeUndefined();
  });

  test('answers and listens on the socket that a call has opened as its control socket', async (context) => {
    await using rig = new StubRig(context, build);
    const program = rig.stub.encode([
      { ...fcntl(SOCKET, F_DUPFD, 50), effect: 'control' },
      mkdirat(DIRECTORY, 'a', 0o755),
    ]);
    rig.stub.send(program.message);
    expect(program.decode(receiveFrom(rig.socket), rig.stub.results)).toBeUndefined();
    driveBy(rig.socket, rig, [mkdirat(DIRECTORY, 'b', 0o755)]);
    expect(rig.names()).toEqual(['a', 'b', 'file']);
  });

  test('keeps its control socket if the call for another one fails', async (context) => {
    await using rig = new StubRig(context, build);
    const failing: Call = { ...ignoreErrors(fcntl(99, F_DUPFD, 50)), effect: 'control' };
    expect(rig.stub.run([failing])).toBeUndefined();
  });

  test('shows a result, and goes on when the driver has taken it', async (context) => {
    await using rig = new StubRig(context, build);
    using memory = new ShownWord(rig);
    const shown: Call = { ...lseek(FILE, 1234, SEEK_SET), effect: 'show' };
    const program = rig.stub.encode([shown, lseek(FILE, 0, SEEK_SET), write(FILE, 'seen')]);
    rig.stub.send(program.message);
    await expect.poll(() => memory.value).toBe(1235n);
    expect(attempt(receive(rig.stub.driver, 64, MSG_DONTWAIT))).toBe(-EAGAIN);
    expect(rig.contents().length).toBe(0);
    memory.value = 0n;
    expect(program.decode(rig.stub.receive(), rig.stub.results)).toBeUndefined();
    expect(rig.stub.valuesOf([shown])).toEqual([1234]);
    expect(rig.contents().toString()).toBe('seen');
  });

  test('shows no error', async (context) => {
    await using rig = new StubRig(context, build);
    using memory = new ShownWord(rig);
    const failing: Call = { ...ignoreErrors(mkdirat(DIRECTORY, 'file', 0o755)), effect: 'show' };
    expect(rig.stub.run([failing])).toBeUndefined();
    expect(rig.stub.valuesOf([failing])).toEqual([-EEXIST]);
    expect(memory.value).toBe(0n);
  });
});

/** Has the calls made by the stub that listens to the socket. */
function driveBy(socket: number, { stub }: StubRig, calls: readonly Call[]): void {
  const program = stub.encode(calls);
  sendTo(socket, program.message);
  expect(program.decode(receiveFrom(socket), stub.results)).toBeUndefined();
}

/** A zombie is not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Where the stub shows results to its driver. */
class ShownWord implements Disposable {
  readonly #memory: number;
  readonly #address: number;

  constructor({ stub, base }: StubRig) {
    this.#memory = openSync(`/proc/${stub.pid}/mem`, 'r+');
    this.#address = base + SHOWN;
  }

  get value(): bigint {
    const word = new BigInt64Array(1);
    readSync(this.#memory, word, 0, 8, this.#address);
    return word[0] as bigint;
  }

  set value(value: bigint) {
    writeSync(this.#memory, BigInt64Array.of(value), 0, 8, this.#address);
  }

  [Symbol.dispose](): void {
    closeSync(this.#memory);
  }
}
