import { call } from './call.ts';
import { monotonicMilliseconds } from './clock.ts';
import { CLOCK_MONOTONIC } from './constants/process.ts';
import { EINTR } from './errno.ts';
import { attempt } from './local.ts';
import { timespec } from './timespec.ts';

const TIMER_ABSTIME = 1;

/** Blocks this thread, JavaScript included, when nothing else can be done meanwhile. */
export function sleep(milliseconds: number): void {
  const end = timespec(monotonicMilliseconds() + milliseconds);
  const wait = call('clock_nanosleep', CLOCK_MONOTONIC, TIMER_ABSTIME, end, 0);
  while (attempt(wait) === -EINTR);
}
