/** cgroup.freeze of cgroup v2 (kernel 5.2): kernel, admin-guide/cgroup-v2.rst. */
import { monotonicMilliseconds } from '../../kernel/clock.ts';
import { overwriteSync } from '../../kernel/file-system.ts';
import { sleep } from '../../kernel/sleep.ts';
import { readOrEmpty } from '../file-text.ts';
import type { Freezer } from '../freezer.ts';
import { cannotFreeze } from '../freezer-error.ts';

/** Milliseconds. A process that waits for a disk freezes when it has got what it waits for. */
const PATIENCE = 10_000;
const LONGEST_PAUSE = 16;

/** @param file `…/cgroup.freeze` */
export function version2Freezer(file: string): Freezer {
  return {
    freeze() {
      write(file, '1');
      const events = file.replace(/freeze$/, 'events');
      const deadline = monotonicMilliseconds() + PATIENCE;
      for (
        let pause = 1;
        !readOrEmpty(events).includes('frozen 1');
        pause = Math.min(pause * 2, LONGEST_PAUSE)
      ) {
        if (monotonicMilliseconds() > deadline) {
          write(file, '0');
          throw cannotFreeze(file, 'unable to freeze');
        }
        sleep(pause);
      }
    },
    thaw: () => write(file, '0'),
    isFrozen: () => readOrEmpty(file) === '1',
  };
}

function write(file: string, state: string): void {
  try {
    overwriteSync(file, state);
  } catch (error) {
    throw cannotFreeze(file, error);
  }
}
