import { expect, test } from 'vitest';
import { monotonicMilliseconds } from '../../../src/kernel/clock.ts';
import { type Source, serve } from '../../../src/kernel/event-loop.ts';
import { IntervalTimer } from '../../../src/kernel/interval-timer.ts';
import { POLLIN } from '../../../src/kernel/poll.ts';
import { sleep } from '../../../src/kernel/sleep.ts';
import { Wakeup } from '../../../src/kernel/wakeup.ts';

/** Waits for the descriptor; its name is noted each time that it is handled. */
function source(name: string, from: Wakeup | IntervalTimer, log: string[]): Source {
  return {
    interest: () => ({ fd: from.fd, events: POLLIN }),
    handle: () => {
      from.clear();
      log.push(name);
    },
  };
}

test('what has happened is handled in order; the rest is waited for', async () => {
  using first = new Wakeup();
  using second = new Wakeup();
  using later = new Wakeup();
  const log: string[] = [];
  second.wake();
  first.wake();
  setTimeout(() => later.wake(), 50);
  const sources = [source('first', first, log), source('second', second, log), source('later', later, log)];
  await serve(sources, () => log.includes('later'));
  expect(log).toEqual(['first', 'second', 'later']);
});

test('once it is over, no other source is handled', async () => {
  using first = new Wakeup();
  using second = new Wakeup();
  const log: string[] = [];
  first.wake();
  second.wake();
  await serve([source('first', first, log), source('second', second, log)], () => log.length > 0);
  expect(log).toEqual(['first']);
});

test('a source with nothing to wait for is passed over, even when its descriptor is closed', async () => {
  using ready = new Wakeup();
  ready.wake();
  const log: string[] = [];
  const idle: Source = { interest: () => undefined, handle: () => void log.push('idle') };
  await serve([idle, source('ready', ready, log)], () => log.length > 0);
  expect(log).toEqual(['ready']);
});

test('an error of a source ends it', async () => {
  using ready = new Wakeup();
  ready.wake();
  const broken: Source = {
    interest: () => ({ fd: ready.fd, events: POLLIN }),
    handle: () => {
      throw new Error('broken');
    },
  };
  await expect(serve([broken], () => false)).rejects.toThrow('broken');
});

test('a timer comes again and again', async () => {
  using timer = new IntervalTimer(30);
  const log: string[] = [];
  const begin = monotonicMilliseconds();
  await serve([source('tick', timer, log)], () => log.length === 4);
  expect(monotonicMilliseconds() - begin).toBeGreaterThanOrEqual(110);
});

test('sleeping takes its time, though signals interrupt it', () => {
  using timer = new IntervalTimer(60_000);
  const begin = monotonicMilliseconds();
  sleep(40);
  expect(monotonicMilliseconds() - begin).toBeGreaterThanOrEqual(40);
  expect(timer.fd).toBeGreaterThan(2);
});
