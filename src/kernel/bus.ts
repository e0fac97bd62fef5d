/** A D-Bus connection through sd-bus(3) of libsystemd. Everything blocks: there is nothing else to be done meanwhile. */
import { RuntimeError } from '../errors/runtime-error.ts';
import {
  appendValues,
  checked,
  cString,
  functionError,
  libsystemdFunction,
  readValues,
} from './bus-message.ts';
import type { BusValue } from './bus-signature.ts';
import { EINTR } from './errno.ts';

/** Who is asked what. */
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

/** An error that the other side has answered with. */
export interface BusFailure {
  /** `org.freedesktop.systemd1.NoSuchUnit` */
  readonly name: string;
  readonly message: string;
}

export type BusAnswer = { readonly values: readonly BusValue[] } | { readonly failure: BusFailure };

/** Milliseconds; as runc waits for a job. */
const PATIENCE = 30_000;
const MICROSECONDS = 1000;
/** sizeof(sd_bus_error): two pointers and an int. */
const ERROR_SIZE = 24;

const UNREF_MESSAGE = 'intptr sd_bus_message_unref(intptr message)';

export class Bus {
  readonly #bus: number;

  /**
   * @param address as of dbus-daemon(1): `unix:path=/run/dbus/system_bus_socket`
   * @param direct whether the peer itself is there, and no daemon between
   * @throws RuntimeError `system` with the errno where nobody is there
   */
  constructor(address: string, { direct }: { readonly direct: boolean }) {
    try {
      libsystemdFunction('int sd_bus_new(void *bus)');
    } catch (cause) {
      throw new RuntimeError('system', 'cannot load libsystemd.so.0, which speaks with systemd', {
        cause,
        hint: 'install it: the package is libsystemd0 on Debian and Ubuntu, systemd-libs on Fedora; or leave out --systemd-cgroup',
      });
    }
    this.#bus = out((bus) => checked('int sd_bus_new(void *bus)', bus));
    try {
      checked('int sd_bus_set_address(intptr bus, const char *address)', this.#bus, address);
      checked('int sd_bus_set_bus_client(intptr bus, int yes)', this.#bus, direct ? 0 : 1);
      checked('int sd_bus_start(intptr bus)', this.#bus);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** @throws RuntimeError `system` where there is no answer */
  call(method: BusMethod, args: readonly BusValue[]): BusAnswer {
    const message = this.#newCall(method, args);
    const error = new Uint8Array(ERROR_SIZE);
    const reply = new BigUint64Array(1);
    try {
      const call =
        'int sd_bus_call(intptr bus, intptr message, uint64 microseconds, void *error, void *reply)';
      const parameters = [this.#bus, message, PATIENCE * MICROSECONDS, error, reply] as const;
      const result = libsystemdFunction(call)(...parameters);
      const failure = failureIn(error);
      if (result < 0 && isAnswer(failure)) return { failure };
      if (result < 0) throw functionError(call, -result);
      return { values: readValues(Number(reply[0]), method.returns) };
    } finally {
      libsystemdFunction('void sd_bus_error_free(void *error)')(error);
      libsystemdFunction(UNREF_MESSAGE)(Number(reply[0]));
      libsystemdFunction(UNREF_MESSAGE)(message);
    }
  }

  /** Does not wait for an answer. */
  post(method: BusMethod, args: readonly BusValue[]): void {
    const message = this.#newCall(method, args);
    try {
      checked('int sd_bus_message_set_expect_reply(intptr message, int yes)', message, 0);
      checked('int sd_bus_send(intptr bus, intptr message, void *cookie)', this.#bus, message, null);
    } finally {
      libsystemdFunction(UNREF_MESSAGE)(message);
    }
  }

  /**
   * Waits for a signal.
   *
   * @param accept given the values of each one that arrives; the first that it takes ends the waiting
   * @returns undefined where none has arrived in time
   */
  waitForSignal<T>(
    signal: Pick<BusMethod, 'interface' | 'member' | 'signature'>,
    accept: (values: readonly BusValue[]) => T | undefined,
    patience = PATIENCE,
  ): T | undefined {
    const deadline = Date.now() + patience;
    for (let left = patience; left > 0; left = deadline - Date.now()) {
      const message = this.#next(left);
      if (message === 0) continue;
      try {
        const is = 'int sd_bus_message_is_signal(intptr message, const char *interface, const char *member)';
        if (checked(is, message, signal.interface, signal.member) === 0) continue;
        const found = accept(readValues(message, signal.signature));
        if (found !== undefined) return found;
      } finally {
        libsystemdFunction(UNREF_MESSAGE)(message);
      }
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    libsystemdFunction('intptr sd_bus_flush_close_unref(intptr bus)')(this.#bus);
  }

  /** @returns 0 where there is none yet */
  #next(patience: number): number {
    const message = new BigUint64Array(1);
    const done = checked('int sd_bus_process(intptr bus, void *message)', this.#bus, message);
    if (done > 0) return Number(message[0]);
    const wait = 'int sd_bus_wait(intptr bus, uint64 microseconds)';
    const result = libsystemdFunction(wait)(this.#bus, patience * MICROSECONDS);
    if (result < 0 && result !== -EINTR) throw functionError(wait, -result);
    return 0;
  }

  #newCall(
    { destination, path, interface: face, member, signature }: BusMethod,
    args: readonly BusValue[],
  ): number {
    const make =
      'int sd_bus_message_new_method_call(intptr bus, void *message, const char *destination, const char *path, const char *interface, const char *member)';
    const message = out((place) => checked(make, this.#bus, place, destination, path, face, member));
    try {
      appendValues(message, signature, args);
      return message;
    } catch (error) {
      libsystemdFunction(UNREF_MESSAGE)(message);
      throw error;
    }
  }
}

function out(fill: (place: BigUint64Array) => void): number {
  const place = new BigUint64Array(1);
  fill(place);
  return Number(place[0]);
}

function failureIn(error: Uint8Array): BusFailure {
  const [name = 0n, message = 0n] = new BigUint64Array(error.buffer, 0, 2);
  return { name: cString(Number(name)), message: cString(Number(message)) };
}

/** What has happened on this side is an errno in the clothes of an answer. */
function isAnswer({ name }: BusFailure): boolean {
  return name !== '' && !name.startsWith('System.Error.');
}
