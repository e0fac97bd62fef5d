/** Time by a clock that cannot be set, clock_gettime(2). */
import { viewOf } from './bytes.ts';
import { callWithOut, out } from './call.ts';
import { CLOCK_MONOTONIC } from './constants/process.ts';
import { performForBytes } from './local.ts';

/** sizeof(struct timespec): two words, seconds and nanoseconds. */
const TIMESPEC = 16;

/** For time limits. It begins when the machine does, and stands still while the machine is suspended. */
export function monotonicMilliseconds(): number {
  const now = out(TIMESPEC);
  const view = viewOf(performForBytes(callWithOut('clock_gettime', now, CLOCK_MONOTONIC, now)));
  // Seconds fit into half a word for 68 years.
  return view.getUint32(0, true) * 1000 + view.getUint32(8, true) / 1_000_000;
}
