/** Node's event loop, libuv: its signal handlers run on this thread, whenever JavaScript does not. */
import { constants } from 'node:os';
import type { EventLoop } from './js-runtime.ts';
import { libcFunction } from './koffi.ts';

const POLL = 'int poll(void *fds, ulong count, int timeout)';
/** sizeof(struct pollfd) */
const POLLFD = 8;

export const eventLoop: EventLoop = {
  /** On a worker thread of Node's. */
  poll(pollfds) {
    return new Promise((resolve, reject) => {
      libcFunction(POLL).async(pollfds, pollfds.length / POLLFD, -1, (error: unknown) => {
        if (error) reject(error);
        else resolve();
      });
    });
  },
  catchSignals(numbers, listener) {
    const names = namesOf(numbers);
    const listen = (_: NodeJS.Signals, number: number) => listener(number);
    for (const name of names) process.on(name, listen);
    return () => {
      for (const name of names) process.off(name, listen);
    };
  },
};

function namesOf(numbers: readonly number[]): readonly NodeJS.Signals[] {
  const named = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  return numbers.flatMap((number) => named.find(([, value]) => value === number)?.[0] ?? []);
}
