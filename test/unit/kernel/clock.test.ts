import { expect, test } from 'vitest';
import { monotonicMilliseconds } from '../../../src/kernel/clock.ts';
import { sleep } from '../../../src/kernel/sleep.ts';

test('the clock runs as fast as that of the JS runtime', () => {
  const [begin, other] = [monotonicMilliseconds(), performance.now()];
  for (const time of [0.3, 2, 30]) sleep(time);
  const [passed, otherPassed] = [monotonicMilliseconds() - begin, performance.now() - other];
  expect(passed).toBeGreaterThanOrEqual(32.3);
  expect(Math.abs(passed - otherPassed)).toBeLessThan(5);
});
