/** The freezer controller of cgroup v1: kernel, admin-guide/cgroup-v1/freezer-subsystem.rst. */
import { overwriteSync } from '../../kernel/file-system.ts';
import { sleep } from '../../kernel/sleep.ts';
import { readOrEmpty } from '../file-text.ts';
import type { Freezer } from '../freezer.ts';
import { cannotFreeze } from '../freezer-error.ts';

/** As often as runc. */
const TRIES = 1000;
/** New processes may appear faster than they freeze: to begin anew helps. */
const TRIES_AT_ONCE = 50;

/** @param file `…/freezer.state` */
export function version1Freezer(file: string): Freezer {
  return {
    freeze() {
      try {
        untilFrozen(file);
      } catch (error) {
        // Half frozen is the worst of all.
        thaw(file);
        throw error;
      }
    },
    thaw: () => thaw(file),
    isFrozen: () =>
      // THAWED, FREEZING, FROZEN
      readOrEmpty(file).startsWith('FR') && readOrEmpty(file.replace(/state$/, 'self_freezing')) !== '0',
  };
}

function untilFrozen(file: string): void {
  for (let tries = 1; tries <= TRIES; tries++) {
    write(file, 'FROZEN');
    if (readOrEmpty(file) === 'FROZEN') return;
    if (tries % TRIES_AT_ONCE !== 0) continue;
    thaw(file);
    sleep(10);
  }
  throw cannotFreeze(file, 'unable to freeze');
}

function thaw(file: string): void {
  write(file, 'THAWED');
}

function write(file: string, state: string): void {
  try {
    overwriteSync(file, state);
  } catch (error) {
    throw cannotFreeze(file, error);
  }
}
