/**
 * Passes a container's READY=1 on to the service manager, sd_notify(3): with the pid that the manager is to watch, and
 * where we are about to end, with a barrier, so that the message is not read when its sender is gone. Nothing else
 * is passed on: a pid or a descriptor that the container names is not the manager's to use.
 */

import { decodeLatin1, encodeUtf8 } from '../kernel/bytes.ts';
import type { Out } from '../kernel/call.ts';
import { close, pipe2 } from '../kernel/calls/file.ts';
import { bind, connect, receive, send, sendDescriptor, socket } from '../kernel/calls/socket.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { O_DIRECTORY, O_RDONLY } from '../kernel/constants/file.ts';
import { AF_UNIX, MSG_DONTWAIT, SOCK_DGRAM } from '../kernel/constants/process.ts';
import type { Source } from '../kernel/event-loop.ts';
import { chmodSync, closeSync, mkdirSync, openSync } from '../kernel/file-system.ts';
import { attempt, perform, performForBytes } from '../kernel/local.ts';
import { ownPid } from '../kernel/own-process.ts';
import { basename, dirname } from '../kernel/path.ts';
import type { Pidfd } from '../kernel/pidfd.ts';
import { POLLIN, pollBlocking } from '../kernel/poll.ts';
import type { Log } from '../log/log.ts';
import { notifyDirectory, notifyPath } from './notify-mount.ts';

/** So long does the manager have for what it was sent, in milliseconds; as runc. */
const BARRIER = 30_000;

/**
 * So long is a container's barrier waited for, in milliseconds: who sends one behind READY=1 (systemd-notify does) sends
 * it at once, and fails where nobody listens any more. Most send none.
 */
const LAST_MESSAGES = 1000;

const MESSAGE = 4096;

/** The container may be of any user. */
export function makeNotifyDirectory(stateDirectory: string): void {
  mkdirSync(notifyDirectory(stateDirectory), { mode: 0o755 });
}

export class NotifySocket {
  readonly #fd: number;
  readonly #manager: string;
  readonly #log: Log;

  /**
   * Listens where the container's process sends to.
   *
   * @param manager see `notifiedSocket`
   */
  constructor(stateDirectory: string, manager: string, log: Log) {
    this.#manager = manager;
    this.#log = log;
    const path = notifyPath(stateDirectory);
    this.#fd = datagramSocket(path, (fd, address) => bind(fd, address));
    chmodSync(path, 0o777);
  }

  /**
   * Blocks until the container is ready, or its process has ended; then tells the manager, which goes on with it. The
   * container runs: what fails here is a warning.
   */
  handOver(pid: number, pidfd: Pidfd): void {
    try {
      this.#handOver(pid, pidfd);
    } catch (error) {
      this.#warn(error);
    }
  }

  #handOver(pid: number, pidfd: Pidfd): void {
    while (!this.#hears('READY=1')) {
      const [, ended] = pollBlocking(this.#interests(pidfd), -1);
      if (ended && !this.#hears('READY=1')) return;
      if (ended) break;
    }
    this.#tell((manager) => {
      tellReady(manager, pid);
      if (passBarrier(manager)) return;
      this.#log.warning(`the service manager has not answered within ${BARRIER / 1000} s`);
    });
    this.#awaitBarrier(pidfd);
  }

  /** Until then the descriptor that comes with it is open. */
  #awaitBarrier(pidfd: Pidfd): void {
    const end = monotonicMilliseconds() + LAST_MESSAGES;
    for (let ended: boolean | undefined = false; !ended; ) {
      if (this.#hears('BARRIER=1')) return;
      const left = end - monotonicMilliseconds();
      if (left <= 0) return;
      [, ended] = pollBlocking(this.#interests(pidfd), left);
    }
  }

  /**
   * The same for `run` in the foreground: it is ourselves whom the manager watches. What comes later is read too, as
   * long as the process lives: it waits until its barrier's descriptor is closed, and for room in the socket.
   */
  announcement(): Source {
    let told = false;
    return {
      interest: () => ({ fd: this.#fd, events: POLLIN }),
      handle: () => {
        while (this.#hears('READY=1')) {
          if (!told) this.#tell((manager) => tellReady(manager, ownPid()));
          told = true;
        }
      },
    };
  }

  #interests(pidfd: Pidfd) {
    return [
      { fd: this.#fd, events: POLLIN },
      { fd: pidfd.fd, events: POLLIN },
    ];
  }

  /** Reads what is there, as far as the line. @returns whether it was among it */
  #hears(line: 'READY=1' | 'BARRIER=1'): boolean {
    for (let lines = this.#receive(); lines; lines = this.#receive()) {
      if (lines.includes(line)) return true;
    }
    return false;
  }

  /** @returns the lines of the next message; undefined where there is none. Descriptors that came with it are closed. */
  #receive(): readonly string[] | undefined {
    const call = receive(this.#fd, MESSAGE, MSG_DONTWAIT);
    const outs = new Map<Out, Uint8Array>();
    const length = attempt(call, undefined, outs);
    if (length < 0) return undefined;
    const bytes = (call.out && outs.get(call.out)) ?? new Uint8Array();
    return decodeLatin1(bytes.subarray(0, length)).split('\n');
  }

  /** The container runs, whoever does not want to hear of it. */
  #tell(use: (manager: number) => void): void {
    try {
      use(datagramSocket(this.#manager, (fd, address) => connect(fd, address)));
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#log.warning(`cannot notify the service manager at "${this.#manager}": ${reason}`, {
      hint: 'NOTIFY_SOCKET names it: unset it if no service manager waits for the message',
    });
  }
}

function tellReady(manager: number, pid: number): void {
  perform(send(manager, encodeUtf8('READY=1\n')));
  perform(send(manager, encodeUtf8(`MAINPID=${pid}\n`)));
}

/** The manager closes the descriptor when it has read all that came before. @returns whether it has */
function passBarrier(manager: number): boolean {
  const ends = new DataView(performForBytes(pipe2()).slice().buffer);
  const [reader, writer] = [ends.getInt32(0, true), ends.getInt32(4, true)];
  try {
    perform(sendDescriptor(manager, writer, 'BARRIER=1'));
    perform(close(writer));
    return pollBlocking([{ fd: reader, events: POLLIN }], BARRIER).some(Boolean);
  } finally {
    perform(close(reader));
  }
}

/** A path is reached through its directory's descriptor: an address holds 107 bytes. */
function datagramSocket(name: string, use: (fd: number, address: string) => ReturnType<typeof bind>): number {
  const fd = perform(socket(AF_UNIX, SOCK_DGRAM));
  if (name.startsWith('@')) {
    perform(use(fd, `\0${name.slice(1)}`));
    return fd;
  }
  const directory = openSync(dirname(name), O_RDONLY | O_DIRECTORY);
  try {
    perform(use(fd, `/proc/self/fd/${directory}/${basename(name)}`));
  } finally {
    closeSync(directory);
  }
  return fd;
}
