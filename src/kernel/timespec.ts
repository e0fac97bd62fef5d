import { type Words, words } from './call.ts';

const MILLION = 1_000_000;
const BILLION = 1_000_000_000;

/** struct timespec: seconds and nanoseconds. */
export function timespec(milliseconds: number): Words {
  const whole = Math.floor(milliseconds * MILLION);
  const nanoseconds = whole % BILLION;
  return words((whole - nanoseconds) / BILLION, nanoseconds);
}
