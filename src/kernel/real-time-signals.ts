/** Real-time signals, signal(7): engines know no handlers for them. */
import { call, words } from './call.ts';
import { perform } from './local.ts';

const SIG_IGN = 1;
/** As glibc counts: the kernel's first two belong to its threads. */
const SIGRTMIN = 34;
const SIGRTMAX = 64;
/** sizeof(sigset_t) of the kernel */
const SIGSET_SIZE = 8;

/** Their default action would end this process. Programs that it starts are not affected (see `spawn`). */
export function ignoreRealTimeSignals(): void {
  // struct sigaction of the kernel: handler, flags, restorer, mask.
  const ignore = words(SIG_IGN, 0, 0, 0);
  for (let number = SIGRTMIN; number <= SIGRTMAX; number++) {
    perform(call('rt_sigaction', number, ignore, 0, SIGSET_SIZE));
  }
}
