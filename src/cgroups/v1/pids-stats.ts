/** Processes of the pids controller, the same in both versions. */
import { amount, nonZero, type Read } from '../stats/stats.ts';

/** No limit is no field. */
export function pidsStats(read: Read): object {
  const limit = read('pids.max');
  return nonZero({
    current: amount(read('pids.current') || '0'),
    limit: limit === 'max' ? 0 : amount(limit || '0'),
  });
}
