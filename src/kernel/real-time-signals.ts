/** Real-time signals, signal(7): engines know no handlers for them. */
import { libcFunction } from './ffi.ts';

const SIGNAL = 'uintptr signal(int signum, uintptr handler)';
const SIG_IGN = 1;
/** As glibc counts: the kernel's first two belong to its threads. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

/** Their default action would end this process. Programs that it starts are not affected (see `spawn`). */
export function ignoreRealTimeSignals(): void {
  const signal = libcFunction(SIGNAL);
  for (let number = SIGRTMIN; number <= SIGRTMAX; number++) signal(number, SIG_IGN);
}
