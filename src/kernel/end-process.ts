import { call } from './call.ts';
import { attempt } from './local.ts';

const acts = new Set<() => void>();

/** Has something undone before the process ends, whatever it ends for. Dispose of it once it is undone. */
export function beforeEnd(act: () => void): Disposable {
  acts.add(act);
  return { [Symbol.dispose]: () => void acts.delete(act) };
}

/**
 * Ends the process without the JS runtime's clean-up, exit_group(2): tearing a heap down costs half a millisecond and
 * helps nobody. Everything is written by then, since nothing here writes through streams.
 */
export function endProcess(status: number): never {
  for (const act of acts) act();
  attempt(call('exit_group', status));
  throw new TypeError('exit_group returned');
}
