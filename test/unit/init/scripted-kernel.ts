/**
 * The real init stub in front of a kernel of the test's: a seccomp filter passes the stub's system calls to the test,
 * seccomp_unotify(2), which sees the arguments as the kernel gets them and decides the results.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Program } from '../../../src/init/program.ts';
import { stubBytes } from '../../../src/init/stub-bytes.ts';
import { architecture } from '../../../src/kernel/architecture.ts';
import { close, ioctl, ioctlOut } from '../../../src/kernel/calls/file.ts';
import { prctl } from '../../../src/kernel/calls/process.ts';
import { setModeFilter } from '../../../src/kernel/calls/seccomp.ts';
import { receiveDescriptor, receivedDescriptor, sendDescriptor } from '../../../src/kernel/calls/socket.ts';
import { PR_SET_NO_NEW_PRIVS } from '../../../src/kernel/constants/process.ts';
import { SECCOMP_FILTER_FLAG_NEW_LISTENER } from '../../../src/kernel/constants/seccomp.ts';
import { perform, performForBytes } from '../../../src/kernel/local.ts';
import { POLLIN, pollBlocking } from '../../../src/kernel/poll.ts';
import type { SyscallName } from '../../../src/kernel/syscall-numbers.ts';
import { SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF } from '../../../src/seccomp/verdict.ts';
import { nameFilter } from './name-filter.ts';
import { CONTROL, LONGEST, RunningStub } from './running-stub.ts';

/** ioctl(2) numbers of linux/seccomp.h, and the size of struct seccomp_notif. */
const RECEIVE = 0xc0502100;
const ANSWER = 0xc0182101;
const NOTIFICATION_SIZE = 80;

/** What the stub itself does, and the last step of its preparation. */
const own: readonly SyscallName[] = ['recvfrom', 'sendto', 'sendmsg'];

export interface Executed {
  readonly number: number;
  /** The six arguments as the kernel gets them. */
  readonly args: readonly bigint[];
}

/** @returns the result, or a negative errno */
export type Kernel = (executed: Executed, index: number) => number;

export class ScriptedStub {
  /** The calls of the last program. */
  readonly executed: Executed[] = [];
  readonly #stub: RunningStub;
  readonly #listener: number;
  readonly #memory: number;

  constructor() {
    this.#stub = new RunningStub(Buffer.from(stubBytes[architecture], 'base64'));
    const filter = nameFilter(own, SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF);
    const listener = setModeFilter(SECCOMP_FILTER_FLAG_NEW_LISTENER, filter);
    const program = this.#stub.encode([
      prctl(PR_SET_NO_NEW_PRIVS, 1),
      listener,
      sendDescriptor(CONTROL, listener, 'listener'),
    ]);
    this.#stub.send(program.message);
    this.#listener = receivedFrom(this.#stub.driver);
    const failure = program.decode(this.#stub.receive(), this.#stub.results);
    if (failure) throw new Error(`cannot listen to the stub: ${failure.call.name}: errno ${failure.errno}`);
    this.#memory = openSync(`/proc/${this.#stub.pid}/mem`, 'r+');
  }

  /** @returns the answer */
  run({ message }: Program, kernel: Kernel): Uint8Array {
    this.executed.length = 0;
    this.#stub.send(message);
    while (!this.#hasAnswered()) this.#serve(kernel);
    return this.#stub.receive();
  }

  /** Memory that an argument points to. */
  bytes(address: bigint, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) done += readSync(this.#memory, bytes, done, size - done, Number(address) + done);
    return bytes;
  }

  fill(address: bigint, bytes: Uint8Array): void {
    writeSync(this.#memory, bytes, 0, bytes.length, Number(address));
  }

  word(address: bigint): bigint {
    return new DataView(this.bytes(address, 8).buffer).getBigUint64(0, true);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    closeSync(this.#memory);
    perform(close(this.#listener));
    await this.#stub[Symbol.asyncDispose]();
  }

  #hasAnswered(): boolean {
    const fds = [this.#stub.driver, this.#listener].map((fd) => ({ fd, events: POLLIN }));
    const [answered, called] = pollBlocking(fds, LONGEST);
    if (!answered && !called) throw new Error('the stub neither calls nor answers');
    return answered === true;
  }

  #serve(kernel: Kernel): void {
    const bytes = performForBytes(ioctlOut(this.#listener, RECEIVE, NOTIFICATION_SIZE));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // struct seccomp_notif: id, pid and flags; struct seccomp_data: nr, arch, instruction pointer, arguments.
    const args = [0, 1, 2, 3, 4, 5].map((index) => view.getBigUint64(32 + index * 8, true));
    const executed = { number: view.getInt32(16, true), args };
    const result = kernel(executed, this.executed.length);
    this.executed.push(executed);
    // struct seccomp_notif_resp: id, val, error, flags.
    const response = new DataView(new ArrayBuffer(24));
    response.setBigUint64(0, view.getBigUint64(0, true), true);
    if (result < 0) response.setInt32(16, result, true);
    else response.setBigInt64(8, BigInt(result), true);
    perform(ioctl(this.#listener, ANSWER, new Uint8Array(response.buffer)));
  }
}

function receivedFrom(fd: number): number {
  const descriptor = receivedDescriptor(performForBytes(receiveDescriptor(fd)));
  if (descriptor === undefined) throw new Error('the stub has sent no listener');
  return descriptor;
}
