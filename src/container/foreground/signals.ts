/**
 * Forwards the signals that the runtime gets to the container's process. They are caught from the beginning of `run`:
 * no signal may end the runtime and leave half a container behind. What comes before there is a process is kept for it.
 */
import { SIGCHLD, SIGCONT, SIGRTMAX, SIGRTMIN, SIGWINCH } from '../../kernel/constants/process.ts';
import type { Source } from '../../kernel/event-loop.ts';
import { type Interest, POLLIN } from '../../kernel/poll.ts';
import type { SignalSource } from '../../kernel/signal-source.ts';
import { signalNames } from '../../process/signals.ts';

/**
 * What runc does not forward, and SIGURG. SIGKILL and SIGSTOP cannot be caught; SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV,
 * SIGSTKFLT and SIGSYS tell of a fault of this process.
 */
const LEFT_ALONE: readonly string[] = [
  ...['SIGKILL', 'SIGSTOP', 'SIGURG'],
  ...['SIGILL', 'SIGTRAP', 'SIGBUS', 'SIGFPE', 'SIGSEGV', 'SIGSTKFLT', 'SIGSYS'],
];

/**
 * When we serve the process's terminal, a job that touches the caller's terminal from the background has to stop; if
 * these were caught, the kernel would try again for ever.
 */
const OF_JOBS: readonly string[] = ['SIGTTIN', 'SIGTTOU'];

/** @param options `terminal`: whether the process has a terminal of its own, served by us */
export function caughtSignals({ terminal }: { readonly terminal: boolean }): readonly number[] {
  const except = terminal ? [...LEFT_ALONE, ...OF_JOBS] : LEFT_ALONE;
  const standard = signalNames.flatMap((name, index) => (except.includes(name) ? [] : index + 1));
  return [...standard, ...Array.from({ length: SIGRTMAX - SIGRTMIN + 1 }, (_, index) => SIGRTMIN + index)];
}

export interface Receivers {
  /** The process that the signals are for: a pidfd. */
  readonly process: { signal(number: number): boolean };
  /** To be looked at after SIGCHLD. */
  readonly children: { reap(): void };
  /** The terminal that we serve. The size of the caller's window is its affair, and not the process's. */
  readonly terminal?: { resize(): void; resume(): void } | undefined;
}

export class SignalForwarding implements Source {
  readonly #signals: SignalSource;
  readonly #receivers: Receivers;

  /** @param signals `caughtSignals` */
  constructor(signals: SignalSource, receivers: Receivers) {
    this.#signals = signals;
    this.#receivers = receivers;
  }

  interest(): Interest {
    return { fd: this.#signals.fd, events: POLLIN };
  }

  handle(): void {
    for (const number of this.#signals.take()) this.#forward(number);
  }

  #forward(number: number): void {
    const { process, children, terminal } = this.#receivers;
    if (number === SIGCHLD) children.reap();
    else if (number === SIGWINCH && terminal) terminal.resize();
    else {
      if (number === SIGCONT) terminal?.resume();
      process.signal(number);
    }
  }
}
