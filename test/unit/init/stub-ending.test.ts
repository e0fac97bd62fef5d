/** How the init stub ends: never of its own accord, and always with its driver. */
import { describe, expect, test } from 'vitest';
import { INBOX_SIZE } from '../../../src/init/program.ts';
import type { Call } from '../../../src/kernel/call.ts';
import { mkdirat, read } from '../../../src/kernel/calls/file.ts';
import { prctl } from '../../../src/kernel/calls/process.ts';
import { setModeFilter } from '../../../src/kernel/calls/seccomp.ts';
import { send } from '../../../src/kernel/calls/socket.ts';
import { PR_SET_NO_NEW_PRIVS } from '../../../src/kernel/constants/process.ts';
import { EEXIST } from '../../../src/kernel/errno.ts';
import { attempt } from '../../../src/kernel/local.ts';
import type { SyscallName } from '../../../src/kernel/syscall-numbers.ts';
import { SECCOMP_RET_ALLOW } from '../../../src/seccomp/verdict.ts';
import { nameFilter } from './name-filter.ts';
import { wordsOf } from './running-stub.ts';
import { nativeBuilds, stubBuilds } from './stub-builds.ts';
import { DIRECTORY, SOCKET, StubRig } from './stub-rig.ts';

/** SECCOMP_RET_ERRNO with EPERM. */
const EPERM_ANSWER = 0x0005_0001;

/** Words of a message. */
const LENGTH = 0;
const CURSOR = 2;
const REPLY = 3;

/** What becomes of a call, and the exit status of a stub that cannot answer it. */
const outcomes = [
  { outcome: 'has succeeded', name: 'new', status: 1 },
  { outcome: 'has failed', name: 'file', status: EEXIST },
];

describe.each(stubBuilds)('the init stub for $arch, $origin,', (build) => {
  test('ends at the end of its driver', async (context) => {
    await using rig = new StubRig(context, build);
    rig.stub.closeDriver();
    expect(await rig.stub.exit()).toEqual({ code: 1, signal: null });
  });

  test('ends at the end of its driver in the middle of a message', async (context) => {
    await using rig = new StubRig(context, build);
    const { message } = rig.stub.encode([mkdirat(DIRECTORY, 'new', 0o755)]);
    rig.stub.send(message.subarray(0, message.length - 1));
    rig.stub.closeDriver();
    expect(await rig.stub.exit()).toEqual({ code: 1, signal: null });
    expect(rig.names()).toEqual(['file']);
  });

  test.for(outcomes)(
    'ends with status $status if a program $outcome whose driver is gone',
    async ({ name, status }, context) => {
      await using rig = new StubRig(context, build);
      rig.stub.send(rig.stub.encode([read(SOCKET, 1), mkdirat(DIRECTORY, name, 0o755)]).message);
      rig.stub.closeDriver();
      attempt(send(rig.socket, Uint8Array.of(0)));
      expect(await rig.stub.exit()).toEqual({ code: status, signal: null });
      expect(rig.names()).toContain(name);
    },
  );

  test('is killed by a cursor that points to no memory', async (context) => {
    await using rig = new StubRig(context, build);
    const program = rig.stub.encode([]);
    wordsOf(program)[CURSOR] = 64n;
    rig.stub.send(program.message);
    expect(await rig.stub.exit()).toEqual({ code: null, signal: 'SIGSEGV' });
  });

  test('ends if an answer is to be longer than the inbox', async (context) => {
    await using rig = new StubRig(context, build);
    const program = rig.stub.encode([]);
    wordsOf(program)[REPLY] = BigInt(INBOX_SIZE + 1);
    rig.stub.send(program.message);
    expect(await rig.stub.exit()).toEqual({ code: 1, signal: null });
  });

  test('ends if a message is longer than the inbox', async (context) => {
    await using rig = new StubRig(context, build);
    const message = new Uint8Array(INBOX_SIZE);
    wordsOf({ message })[LENGTH] = BigInt(INBOX_SIZE + 1);
    const half = message.length / 2;
    rig.stub.send(message.subarray(0, half));
    // An emulated stub ends some pieces earlier.
    expect(() => {
      for (;;) rig.stub.send(message.subarray(half));
    }).toThrow(/EPIPE|ECONNRESET/);
    expect(await rig.stub.exit()).toEqual({ code: 1, signal: null });
  });
});

describe.each(nativeBuilds)('the init stub for $arch, $origin, under a seccomp filter', (build) => {
  test.for(outcomes)(
    'that forbids to answer, ends with status $status if a program $outcome',
    async ({ name, status }, context) => {
      await using rig = new StubRig(context, build);
      rig.stub.send(rig.stub.encode([...forbid('sendto'), mkdirat(DIRECTORY, name, 0o755)]).message);
      expect(await rig.stub.exit()).toEqual({ code: status, signal: null });
      expect(rig.names()).toContain(name);
    },
  );

  test('that forbids to exit, too, is killed by a trap', async (context) => {
    await using rig = new StubRig(context, build);
    rig.stub.send(rig.stub.encode(forbid('sendto', 'exit_group')).message);
    const signal = build.arch === 'x64' ? 'SIGILL' : 'SIGTRAP';
    expect(await rig.stub.exit()).toEqual({ code: null, signal });
  });
});

/** From now on, these system calls fail. */
function forbid(...names: readonly SyscallName[]): readonly Call[] {
  const filter = nameFilter(names, EPERM_ANSWER, SECCOMP_RET_ALLOW);
  return [prctl(PR_SET_NO_NEW_PRIVS, 1), setModeFilter(0, filter)];
}
