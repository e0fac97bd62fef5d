/** Sets limits of a container that is there: all of them, or none. */

import type { Step } from '../init/step.ts';
import { existsSync, overwriteSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { currentIn } from './file-text.ts';
import { explainMissing } from './limit-error.ts';
import { handDownStep, limitStep } from './limit-steps.ts';
import type { Limits, PlacedWrite } from './limits.ts';

/** Somebody else who keeps the limits, too, and may write to the same files: systemd. @returns what takes it back */
export type Keeper = () => () => void;

/**
 * @param execute does a step, see `Execution`
 * @throws RuntimeError `cgroup` for the write that failed; the others are taken back then
 */
export function changeLimits(
  { handDown, writes }: Limits,
  execute: (steps: readonly Step[]) => void,
  log: Log,
  keeper?: Keeper,
): void {
  const lost = writes.find(({ directory }) => !existsSync(directory));
  if (lost) throw explainMissing(lost);
  execute(handDown.map((one) => handDownStep(one, 'runtime')));
  // The keeper changes files in no order of ours, so that what they have has to be known before.
  const all = keeper && writes.map((write) => restoring(write, log)).reverse();
  const takeBack = keeper?.();
  const undo: (() => void)[] = [];
  try {
    for (const write of writes) {
      const restore = restoring(write, log);
      execute([limitStep(write, 'runtime')]);
      undo.unshift(restore);
    }
  } catch (error) {
    takeBack?.();
    // Backwards: every state in between has been there before, so the kernel takes it.
    for (const restore of all ?? undo) restore();
    throw error;
  }
}

/** Remembers what is there now. */
function restoring(write: PlacedWrite, log: Log): () => void {
  const { directory, file, otherwise } = write;
  const current = currentIn(directory);
  // Version 2: an empty set of CPUs is that of the cgroup above, and one with processes is not emptied again (ENOSPC).
  const own = current(file);
  const before = own === '' ? (current(`${file}.effective`) ?? own) : own;
  if (before === undefined) return otherwise ? restoring(otherwise, log) : () => {};
  const lines = write.restore?.(before) ?? before.split('\n');
  return () => {
    try {
      for (const line of lines) overwriteSync(`${directory}/${file}`, line);
    } catch (cause) {
      log.warning(
        `cannot restore "${directory}/${file}": ${cause instanceof Error ? cause.message : cause}`,
        {
          hint: `it was: ${before}`,
        },
      );
    }
  };
}
