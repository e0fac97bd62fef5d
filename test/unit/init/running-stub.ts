/** The real init stub, started by a test: on this processor, or in an emulation of the other one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeProgram, INBOX, OPERATION, type Program, ResultTable } from '../../../src/init/program.ts';
import { pieces } from '../../../src/init/remote.ts';
import { type ControlSocket, openControlSocket } from '../../../src/init/stub-process.ts';
import { type Architecture, architecture } from '../../../src/kernel/architecture.ts';
import type { Call, Failure, Out } from '../../../src/kernel/call.ts';
import { close } from '../../../src/kernel/calls/file.ts';
import { receive, send, setTimeLimit } from '../../../src/kernel/calls/socket.ts';
import { SO_RCVTIMEO } from '../../../src/kernel/constants/process.ts';
import { EINTR } from '../../../src/kernel/errno.ts';
import { attempt, perform, systemError } from '../../../src/kernel/local.ts';
import { syscallNumbers } from '../../../src/kernel/syscall-numbers.ts';
import { patience } from '../../setup/patience.ts';

/** The descriptor that a stub takes for its control socket if none is written into its file. */
export const CONTROL = 3;
/** The first of those that a test passes to a stub. */
export const INHERITED = CONTROL + 1;

/** Milliseconds that a test waits for a stub. */
export const LONGEST = patience(20_000);

/** Larger than any answer here. */
const ANSWER = 64 * 1024;

/** Bytes from the beginning of an operation to the address of its result's place. */
export const PLACE = 56;

/** With the numbers that system calls have on the stub's architecture. */
export interface StubProgram extends Program {
  /** Where in the message the first operation stands. */
  readonly operations: number;
}

/** The words of the message, for changes that the encoder would not make. */
export function wordsOf({ message }: Pick<Program, 'message'>): BigInt64Array {
  return new BigInt64Array(message.buffer, message.byteOffset, message.length >> 3);
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StubOptions {
  readonly arch?: Architecture;
  /** Runs a program of that architecture: a command and its first arguments. */
  readonly emulator?: readonly string[];
  /** Descriptors of ours; the stub has them from `INHERITED` on. */
  readonly inherited?: readonly number[];
}

export class RunningStub {
  readonly pid: number;
  /** Results of the programs that it has run. */
  readonly results = new ResultTable();
  readonly #exited: Promise<Exit>;
  readonly #arch: Architecture;
  readonly #control: ControlSocket;
  readonly #process: ChildProcess;
  #open = true;

  constructor(file: Uint8Array, { arch = architecture, emulator = [], inherited = [] }: StubOptions = {}) {
    this.#arch = arch;
    this.#control = openWithPatience();
    const folder = mkdtempSync(join(tmpdir(), 'tsrun-stub-'));
    const program = join(folder, 'stub');
    writeFileSync(program, file, { mode: 0o755 });
    const [command = program, ...args] = [...emulator, program];
    this.#process = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'ignore', this.#control.stub, ...inherited],
      env: {},
      // Gone by the time that a stub may crash: nothing is dumped there.
      cwd: folder,
    });
    this.#exited = once(this.#process, 'exit').then(([code, signal]) => ({ code, signal }));
    this.pid = this.#process.pid as number;
    perform(close(this.#control.stub));
    try {
      // Until it answers, an emulator may not have read the file.
      this.run([]);
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  get driver(): number {
    return this.#control.driver;
  }

  /** Has the calls made. @returns the one that stopped the program */
  run(calls: readonly Call[]): Failure | undefined {
    return this.exchange(this.encode(calls));
  }

  exchange({ message, decode }: Program): Failure | undefined {
    this.send(message);
    return decode(this.receive(), this.results);
  }

  encode(calls: readonly Call[]): StubProgram {
    const program = encodeProgram(calls, this.results.values);
    const operations = Number(wordsOf(program)[2]) - INBOX;
    const view = new DataView(program.message.buffer, program.message.byteOffset);
    calls.forEach(({ name }, index) => {
      const number = syscallNumbers[name][this.#arch === 'arm64' ? 1 : 0];
      view.setUint32(operations + index * OPERATION, number, true);
    });
    return { ...program, operations };
  }

  valuesOf(calls: readonly Call[]): readonly number[] {
    return calls.map((call) => this.results.value(call));
  }

  send(message: Uint8Array): void {
    sendTo(this.driver, message);
  }

  receive(): Uint8Array {
    return receiveFrom(this.driver);
  }

  /** How it has ended. @throws Error if it does not end */
  async exit(): Promise<Exit> {
    const timer = AbortSignal.timeout(LONGEST);
    const late = once(timer, 'abort').then(() => Promise.reject(new Error('the stub does not end')));
    return await Promise.race([this.#exited, late]);
  }

  /** What a dead driver does, too. */
  closeDriver(): void {
    if (this.#open) perform(close(this.driver));
    this.#open = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#exited;
  }

  #end(): void {
    this.#process.kill('SIGKILL');
    this.closeDriver();
  }
}

/** A control socket on which a test does not wait for ever. */
export function openWithPatience(): ControlSocket {
  const control = openControlSocket();
  perform(setTimeLimit(control.driver, SO_RCVTIMEO, LONGEST / 1000));
  return control;
}

export function sendTo(fd: number, message: Uint8Array): void {
  for (const piece of pieces(message)) perform(send(fd, piece));
}

/** One message; an empty one is the end of file. */
export function receiveFrom(fd: number): Uint8Array {
  const call = receive(fd, ANSWER);
  const outs = new Map<Out, Uint8Array>();
  let length: number;
  // SIGCHLD interrupts it: because of the socket's time limit, the kernel does not restart it (signal(7)).
  do length = attempt(call, undefined, outs);
  while (length === -EINTR);
  if (length < 0) throw systemError(call, -length);
  return outs.get(call.out as Out) as Uint8Array;
}
