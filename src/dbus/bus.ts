/**
 * A client of D-Bus, after the D-Bus specification and sd-bus(3). Everything blocks: the runtime has nothing else to do
 * meanwhile.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import type { ByteStream } from './byte-stream.ts';
import { connectToBus } from './connect.ts';
import {
  decodeMessage,
  ERROR,
  encodeMessage,
  MESSAGE_START,
  METHOD_CALL,
  METHOD_RETURN,
  type Message,
  messageLength,
  NO_REPLY_EXPECTED,
  SIGNAL,
} from './message.ts';
import { protocolError, quoted } from './protocol-error.ts';
import type { BusValue } from './signature.ts';

export interface BusMethod {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Of the arguments. */
  readonly signature: string;
  /** Of the answer. */
  readonly returns: string;
}

export interface BusSignal {
  /** A name of the connection that sends it. */
  readonly sender: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
}

/** An error reply. */
export interface BusFailure {
  /** `org.freedesktop.systemd1.NoSuchUnit` */
  readonly name: string;
  readonly message: string;
}

export type BusAnswer = { readonly values: readonly BusValue[] } | { readonly failure: BusFailure };

/** Milliseconds: as long as runc waits for a job. */
const PATIENCE = 30_000;
/** Signals kept until something waits for them. */
const MOST_SIGNALS = 64 * 1024;
const LAST_SERIAL = 0xffff_ffff;

const BUS = 'org.freedesktop.DBus';
const daemon = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS, returns: 's' };
const hello: BusMethod = { ...daemon, member: 'Hello', signature: '' };
const getNameOwner: BusMethod = { ...daemon, member: 'GetNameOwner', signature: 's' };

export interface BusOptions {
  /** Whether the peer itself is at the other end of the connection, without a daemon in between. */
  readonly direct: boolean;
  /** Milliseconds. */
  readonly patience?: number;
}

/** @throws RuntimeError `system` with the errno if there is no bus, or it refuses this user */
export function openBus(address: string, options: BusOptions): Bus {
  return new Bus(connectToBus(address, options.patience ?? PATIENCE), options);
}

export class Bus implements Disposable {
  readonly #stream: ByteStream;
  readonly #direct: boolean;
  readonly #patience: number;
  readonly #signals: Message[] = [];
  /** The connections behind names: `:1.4` for `org.freedesktop.systemd1`. */
  readonly #owners = new Map<string, string>();
  #serial = 0;

  /** @param stream on which the bus knows the user: it belongs to the `Bus` from now on */
  constructor(stream: ByteStream, { direct, patience = PATIENCE }: BusOptions) {
    this.#stream = stream;
    this.#direct = direct;
    this.#patience = patience;
    try {
      const answer = direct ? undefined : this.call(hello, []);
      if (answer && 'failure' in answer) throw refused(answer.failure);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws RuntimeError `system` if there is no answer, or not one of this method */
  call(method: BusMethod, args: readonly BusValue[]): BusAnswer {
    const deadline = monotonicMilliseconds() + this.#patience;
    const serial = this.#send(method, args, 0, deadline);
    for (;;) {
      const message = this.#receive(deadline);
      if (!message) throw noAnswer(method, this.#patience);
      if (message.type === SIGNAL) this.#keep(message);
      else if (message.replySerial === serial) return this.#answer(method, message);
    }
  }

  /** Does not wait for an answer. */
  post(method: BusMethod, args: readonly BusValue[]): void {
    this.#send(method, args, NO_REPLY_EXPECTED, monotonicMilliseconds() + this.#patience);
  }

  /**
   * Waits for a signal.
   *
   * @param accept called with the values of each one that arrives, until it returns something
   * @returns undefined if none has arrived in time
   * @throws RuntimeError `system`
   */
  waitForSignal<T>(
    signal: BusSignal,
    accept: (values: readonly BusValue[]) => T | undefined,
    patience = this.#patience,
  ): T | undefined {
    const deadline = monotonicMilliseconds() + patience;
    for (;;) {
      const message = this.#signals.shift() ?? this.#receive(deadline);
      if (!message) return undefined;
      const isOne = isSignal(message, signal) && this.#isFrom(signal.sender, message, deadline);
      const found = isOne ? accept(message.values()) : undefined;
      if (found !== undefined) return found;
    }
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  /** @returns the serial number that an answer refers to */
  #send(method: BusMethod, args: readonly BusValue[], flags: number, deadline: number): number {
    const { returns: _, ...fields } = method;
    this.#serial = this.#serial === LAST_SERIAL ? 1 : this.#serial + 1;
    const header = { ...fields, type: METHOD_CALL, flags, serial: this.#serial };
    this.#stream.write(encodeMessage(header, args), deadline);
    return this.#serial;
  }

  #answer(method: BusMethod, message: Message): BusAnswer {
    if (message.type === ERROR) return { failure: failureIn(message) };
    if (message.sender !== undefined) this.#owners.set(method.destination, message.sender);
    return { values: returned(method, message) };
  }

  /** @returns undefined if the deadline is over */
  #receive(deadline: number): Message | undefined {
    const start = this.#stream.peek(MESSAGE_START, deadline);
    const bytes = start && this.#stream.take(messageLength(start), deadline);
    return bytes && decodeMessage(bytes);
  }

  /**
   * Whether the owner of the name sent the signal. On a bus anyone can send a signal to anyone; the daemon adds the
   * sender.
   */
  #isFrom(name: string, { sender }: Message, deadline: number): boolean {
    if (this.#direct || this.#owners.get(name) === sender) return true;
    // A flood of forged signals must not make it forget the time.
    if (monotonicMilliseconds() >= deadline) return false;
    // The name may have a new owner: systemctl daemon-reexec.
    const answer = this.call(getNameOwner, [name]);
    if ('values' in answer) this.#owners.set(name, `${answer.values[0]}`);
    return this.#owners.get(name) === sender;
  }

  #keep(signal: Message): void {
    if (this.#signals.length >= MOST_SIGNALS) throw protocolError('the bus sends too many signals');
    this.#signals.push(signal);
  }
}

function isSignal(message: Message, { interface: face, member, signature }: BusSignal): boolean {
  const isOne = message.type === SIGNAL && message.interface === face && message.member === member;
  return isOne && (message.signature ?? '') === signature;
}

function returned({ member, returns }: BusMethod, message: Message): readonly BusValue[] {
  const { signature = '' } = message;
  if (message.type === METHOD_RETURN && signature === returns) return message.values();
  throw protocolError(`${member} returns values of the types "${signature}": expected "${returns}"`);
}

function failureIn(message: Message): BusFailure {
  const { errorName: name = '', signature = '' } = message;
  return { name, message: signature.startsWith('s') ? `${message.values()[0]}` : '' };
}

function refused({ name, message }: BusFailure): RuntimeError {
  return new RuntimeError('system', `the bus refuses the connection: ${quoted(message)} (${name})`, {
    errno: 'EACCES',
  });
}

function noAnswer({ member }: BusMethod, patience: number): RuntimeError {
  return new RuntimeError('system', `no answer to ${member} within ${patience / 1000} seconds`, {
    errno: 'ETIMEDOUT',
  });
}
