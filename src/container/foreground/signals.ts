/**
 * Forwards the signals that the runtime gets to the container's process. Handlers are there from the beginning of
 * `run`: no signal may end the runtime and leave half a container behind. What comes before there is a process
 * is kept for it.
 */
import { ignoreRealTimeSignals } from '../../kernel/real-time-signals.ts';

/**
 * What runc forwards. The others: SIGKILL and SIGSTOP cannot be caught; SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV,
 * SIGSTKFLT and SIGSYS tell of a fault of this process; SIGCHLD and SIGURG are this process's own. Engines have
 * no handlers for real-time signals.
 */
const FORWARDED = [
  ...[
    'SIGTERM',
    'SIGINT',
    'SIGHUP',
    'SIGQUIT',
    'SIGABRT',
    'SIGUSR1',
    'SIGUSR2',
    'SIGPIPE',
    'SIGALRM',
    'SIGCONT',
  ],
  ...['SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO'],
  // Bun's collector stops its threads with this one.
  ...(process.versions.bun === undefined ? ['SIGPWR'] : []),
] as readonly NodeJS.Signals[];

/**
 * Not the process's affair where we serve its terminal: the size of the caller's window is passed on otherwise, and
 * a job that touches the caller's terminal from the background has to stop (caught, the other two would have the
 * kernel try again for ever).
 */
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGWINCH', 'SIGTTIN', 'SIGTTOU'];

/** Who gets the signals: a pidfd. */
export interface SignalTarget {
  /** @returns false where it has ended */
  signal(signal: number): boolean;
}

type Listener = (name: NodeJS.Signals, number: number) => void;

/** The first signals a caller sends may come in numbers; a process that never takes any is no reason to grow. */
const KEPT = 4096;

/** Catches signals as soon as it exists. Dispose of it when nothing is left to protect. */
export class SignalForwarding implements Disposable {
  readonly #listeners = new Map<NodeJS.Signals, Listener>();
  #target: SignalTarget | undefined;
  #early: number[] = [];

  /** @param options `terminal`: whether the process has a terminal of its own, served by us */
  constructor({ terminal }: { readonly terminal: boolean }) {
    ignoreRealTimeSignals();
    for (const name of FORWARDED) {
      if (terminal && OF_TERMINALS.includes(name)) continue;
      const listener = (_: NodeJS.Signals, number: number) => this.#forward(number);
      process.on(name, listener);
      this.#listeners.set(name, listener);
    }
  }

  /** Sends what has come so far, in order, and from now on everything. */
  attach(target: SignalTarget): void {
    this.#target = target;
    for (const number of this.#early.splice(0)) target.signal(number);
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener);
    this.#listeners.clear();
  }

  #forward(number: number): void {
    if (this.#target) this.#target.signal(number);
    else if (this.#early.length < KEPT) this.#early.push(number);
  }
}
