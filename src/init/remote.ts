/** Drives an init stub over its control socket: programs go out, answers come back. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call, Failure, Out } from '../kernel/call.ts';
import { receive, send, setTimeLimit } from '../kernel/calls/socket.ts';
import { SO_SNDTIMEO } from '../kernel/constants/process.ts';
import { EAGAIN, EINTR } from '../kernel/errno.ts';
import { attempt, perform, systemError } from '../kernel/local.ts';
import { encodeProgram, type Program, type ResultTable } from './program.ts';
import { VIGIL_SECONDS, type Vigil } from './vigil.ts';

/** Below the socket buffers' size everywhere; the stub takes up to 64 KiB at a time. */
const CHUNK = 32 * 1024;
/** A socket's buffer has room for so much, whether or not the stub reads. */
const FITS = 64 * 1024;

/** A message as it travels. */
export function pieces(message: Uint8Array): readonly Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += CHUNK) all.push(message.subarray(at, at + CHUNK));
  return all;
}

export class Remote {
  readonly control: number;
  readonly results: ResultTable;
  readonly #vigil: Vigil | undefined;

  constructor(control: number, results: ResultTable, vigil?: Vigil) {
    this.control = control;
    this.results = results;
    this.#vigil = vigil;
  }

  /** Drives the same stub, and notes results elsewhere. */
  noting(results: ResultTable): Remote {
    return new Remote(this.control, results, this.#vigil);
  }

  /**
   * Has the stub execute the calls.
   *
   * @param prepared the calls, encoded, where that was done before
   * @param meanwhile done before the answer is awaited; must not throw
   * @returns the call that stopped the list, or undefined when all were done
   * @throws RuntimeError `system` if the stub is gone, or is kept from running
   */
  run(calls: readonly Call[], prepared?: Program, meanwhile?: () => void): Failure | undefined {
    const program = prepared ?? encodeProgram(calls, this.results.values);
    this.#send(program.message);
    meanwhile?.();
    const reply = this.#receive(program);
    if (!reply) throw stubEnded();
    return program.decode(reply, this.results);
  }

  /**
   * Like `run`, but the last call is one that does not return (execve, exit_group) when it succeeds.
   *
   * @param meanwhile done before the answer is awaited
   */
  runToTheEnd(calls: readonly Call[], meanwhile?: (control: number) => void): Failure | undefined {
    const program = encodeProgram(calls, this.results.values);
    this.#send(program.message);
    meanwhile?.(this.control);
    const reply = this.#receive(program);
    return reply && program.decode(reply, this.results);
  }

  /**
   * Like `run`, for a program that announces that it waits for another process, and then does.
   *
   * @param meanwhile done before that is awaited
   * @throws RuntimeError `system` if the stub is gone
   */
  runUntilWaiting(calls: readonly Call[], meanwhile?: (control: number) => void): Failure | undefined {
    const program = encodeProgram(calls, this.results.values);
    this.#send(program.message);
    meanwhile?.(this.control);
    const answer = receiveAnswer(this.control, program.replyLength, this.#vigil);
    if (!answer) throw stubEnded();
    return answer.length < program.replyLength ? undefined : program.decode(answer, this.results);
  }

  /** The same, for a program that then closes the control socket: the process holds it no longer afterwards. */
  runUntilDisconnected(calls: readonly Call[], meanwhile?: (control: number) => void): Failure | undefined {
    const failure = this.runUntilWaiting(calls, meanwhile);
    // If another process has the other end too, until the socket's time limit.
    const end = receive(this.control, 1);
    if (!failure) while (attempt(end) === -EINTR);
    return failure;
  }

  /** Hands over a program whose answer, if any, is for somebody else. */
  post(calls: readonly Call[]): void {
    this.#send(encodeProgram(calls, this.results.values).message);
  }

  #send(message: Uint8Array): void {
    if (message.length > FITS) perform(setTimeLimit(this.control, SO_SNDTIMEO, VIGIL_SECONDS));
    for (const piece of pieces(message)) {
      const call = send(this.control, piece);
      const result = persistently(() => attempt(call), this.#vigil);
      if (result < 0) throw systemError(call, -result);
    }
  }

  /** The answer, or undefined at end of file. */
  #receive(program: Program): Uint8Array | undefined {
    return receiveMessage(this.control, program.replyLength, this.#vigil);
  }
}

function stubEnded(): RuntimeError {
  return new RuntimeError('system', 'the init stub has ended', { hint: 'was it killed?' });
}

/** Waits for the answer that an init gives to whoever connects to it. @throws RuntimeError where it is gone */
export function receiveGreeting(fd: number, vigil?: Vigil): void {
  const length = persistently(() => attempt(receive(fd, 4096)), vigil);
  if (length <= 0) throw new RuntimeError('system', 'the init stub has ended');
}

/** One message of at most `size` bytes, or undefined at end of file. */
export function receiveMessage(fd: number, size: number, vigil?: Vigil): Uint8Array | undefined {
  const bytes = receiveAnswer(fd, size, vigil);
  if (bytes && bytes.length !== size) throw new TypeError('the init stub sent a short answer');
  return bytes;
}

function receiveAnswer(fd: number, size: number, vigil: Vigil | undefined): Uint8Array | undefined {
  const call = receive(fd, size);
  const outs = new Map<Out, Uint8Array>();
  const length = persistently(() => attempt(call, undefined, outs), vigil);
  // A reset is an end of file with something unread.
  if (length <= 0) return undefined;
  return call.out && outs.get(call.out)?.subarray(0, length);
}

/** Sends or receives, whatever interrupts it. The socket's time limit ends in EAGAIN: the stub is looked at. */
function persistently(transfer: () => number, vigil: Vigil | undefined): number {
  for (;;) {
    const result = transfer();
    if (result === -EAGAIN) vigil?.look();
    else if (result !== -EINTR) return result;
  }
}
