/** Signals of a process that has one thread: blocked, and read from a descriptor, signalfd(2). */
import { viewOf } from './bytes.ts';
import type { Out } from './call.ts';
import { close, read } from './calls/file.ts';
import { rtSigprocmask, signalfd, signalSet } from './calls/signal.ts';
import { SIGPIPE, SIGXFSZ } from './constants/process.ts';
import { SIG_BLOCK, SIG_SETMASK, SIGNALFD_SIGINFO_SIZE } from './constants/signal.ts';
import { attempt, perform, performForBytes } from './local.ts';
import { ownPid } from './own-process.ts';
import type { SignalSource } from './signal-source.ts';

/** How many are read at a time. */
const MOST = 16;

/** What a write of ours raises if it has no reader, or a file would become too large. */
const OF_WRITES: readonly number[] = [SIGPIPE, SIGXFSZ];

export class SignalDescriptor implements SignalSource {
  readonly fd: number;
  readonly #maskBefore: bigint;

  /** @throws RuntimeError `system` */
  constructor(numbers: readonly number[]) {
    const set = signalSet(numbers);
    this.#maskBefore = viewOf(performForBytes(rtSigprocmask(SIG_BLOCK, set))).getBigUint64(0, true);
    this.fd = perform(signalfd(set));
  }

  /** Of one kind, only real-time signals come more than once; several kinds come by number. */
  take(): readonly number[] {
    const taken: number[] = [];
    for (let some = this.#read(); some.length > 0; some = this.#read()) {
      for (let at = 0; at < some.length; at += SIGNALFD_SIGINFO_SIZE) {
        const number = signalIn(viewOf(some.subarray(at)));
        if (number !== undefined) taken.push(number);
      }
    }
    return taken;
  }

  [Symbol.dispose](): void {
    // As soon as they are not blocked any more, they would act.
    this.take();
    perform(rtSigprocmask(SIG_SETMASK, this.#maskBefore));
    perform(close(this.fd));
  }

  #read(): Uint8Array {
    const call = read(this.fd, MOST * SIGNALFD_SIGINFO_SIZE);
    const outs = new Map<Out, Uint8Array>();
    attempt(call, undefined, outs);
    return outs.get(call.out as Out) as Uint8Array;
  }
}

/** @param info struct signalfd_siginfo @returns undefined for one that a write of ours has raised */
function signalIn(info: DataView): number | undefined {
  const number = info.getUint32(0, true);
  const sender = info.getUint32(12, true);
  return OF_WRITES.includes(number) && sender === ownPid() ? undefined : number;
}
