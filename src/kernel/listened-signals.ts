/** Signals on Node: its event loop calls back, and an eventfd tells whoever waits on descriptors. */
import { ignoreSignal, rtSigprocmask, signalSet } from './calls/signal.ts';
import { SIGRTMAX, SIGRTMIN } from './constants/process.ts';
import { SIG_UNBLOCK } from './constants/signal.ts';
import type { EventLoop } from './js-runtime/js-runtime.ts';
import { perform } from './local.ts';
import type { SignalSource } from './signal-source.ts';
import { Wakeup } from './wakeup.ts';

/** A caller may send many signals before the first is taken. */
const KEPT = 4096;

export class ListenedSignals implements SignalSource {
  readonly #wakeup = new Wakeup();
  readonly #stop: () => void;
  readonly #come: number[] = [];

  constructor(eventLoop: EventLoop, numbers: readonly number[]) {
    ignoreRealTimeSignals();
    this.#stop = eventLoop.catchSignals(numbers, (number) => this.#keep(number));
    // With --disable-sigusr1, Node leaves that one blocked.
    perform(rtSigprocmask(SIG_UNBLOCK, signalSet(numbers)));
  }

  get fd(): number {
    return this.#wakeup.fd;
  }

  take(): readonly number[] {
    if (this.#come.length > 0) this.#wakeup.clear();
    return this.#come.splice(0);
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#wakeup[Symbol.dispose]();
  }

  #keep(number: number): void {
    if (this.#come.length === KEPT) return;
    this.#come.push(number);
    this.#wakeup.wake();
  }
}

/** Node cannot catch them, and their default action would end it. Programs that it starts are not affected. */
function ignoreRealTimeSignals(): void {
  for (let number = SIGRTMIN; number <= SIGRTMAX; number++) perform(ignoreSignal(number));
}
