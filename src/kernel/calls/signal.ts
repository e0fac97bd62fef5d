/** Calls on the signals of this process. */
import { type Call, call, callWithOut, out, words } from '../call.ts';
import { SFD_CLOEXEC, SFD_NONBLOCK, SIG_IGN } from '../constants/signal.ts';

/** sizeof(sigset_t) of the kernel: a bit for each of 64 signals, the lowest for number 1. */
const SET_SIZE = 8;

/** As the kernel's sigset_t. */
export function signalSet(numbers: readonly number[]): bigint {
  return numbers.reduce((set, number) => set | (1n << BigInt(number - 1)), 0n);
}

/** The answer is the mask before. @param how SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK */
export function rtSigprocmask(how: number, set: bigint): Call {
  const before = out(SET_SIZE);
  return callWithOut('rt_sigprocmask', before, how, words(set), before, SET_SIZE);
}

/** The result is a descriptor to read the signals of the set from while they are blocked. */
export function signalfd(set: bigint): Call {
  return call('signalfd4', -1, words(set), SET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK);
}

export function ignoreSignal(number: number): Call {
  // struct sigaction of the kernel: handler, flags, restorer, mask.
  return call('rt_sigaction', number, words(SIG_IGN, 0, 0, 0), 0, SET_SIZE);
}
