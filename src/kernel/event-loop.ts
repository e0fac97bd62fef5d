/** Our event loop, the same on both JS runtimes: everything that is waited for is a descriptor. */
import { jsRuntime } from '#js-runtime';
import { monotonicMilliseconds } from './clock.ts';
import { type Interest, poll, pollBlocking } from './poll.ts';

export interface Source {
  /** What is to happen next; undefined if nothing can. */
  interest(): Interest | undefined;
  /** Called when it has happened: does what can be done without waiting. */
  handle(): void;
}

/**
 * For so many milliseconds Node blocks too, and its signals are late: the worker thread that it waits on costs more
 * than most short commands.
 */
const BRIEFLY = 10;
/** Milliseconds. What has been waited for as long may take hours. */
const LONG = 1000;

/**
 * Waits for the sources, and has those handled that something has happened to, in their order.
 *
 * @param isOver is asked before each wait, and before each source
 */
export async function serve(sources: readonly Source[], isOver: () => boolean): Promise<void> {
  let left = jsRuntime.eventLoop ? BRIEFLY : LONG;
  const end = monotonicMilliseconds() + left;
  while (!isOver()) {
    const interests = sources.map((source) => source.interest() ?? NONE);
    const happened = left > 0 ? pollBlocking(interests, left) : await poll(interests);
    if (left > 0) {
      left = end - monotonicMilliseconds();
      if (left <= 0) jsRuntime.releasePages?.();
    }
    sources.forEach((source, index) => {
      if (happened[index] && !isOver()) source.handle();
    });
  }
}

/** poll(2) passes over negative descriptors. */
const NONE: Interest = { fd: -1, events: 0 };
