import { exitAtOnce } from './gate.ts';
import { syscallNumber } from './syscall-numbers.ts';

/**
 * Ends the process without the engine's clean-up, exit_group(2): tearing a heap down costs half a millisecond and
 * helps nobody. Everything is written by then, since nothing here writes through streams.
 */
export function endProcess(status: number): never {
  if (process.listenerCount('exit') === 0) exitAtOnce(syscallNumber('exit_group'), status);
  process.exit(status);
}
