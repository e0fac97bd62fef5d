/** What is said when the controllers that limits need are not there, or not delegated: with the whole list. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { delegateHint } from '../delegation-hint.ts';
import type { LimitWrite } from '../limit.ts';
import { missingController, pointerOf } from '../limits.ts';
import type { Handed } from './hand-down.ts';

/** Files such as cgroup.max.depth are there in any case. */
export function neededControllers(writes: readonly Pick<LimitWrite, 'controller'>[]): readonly string[] {
  return [...new Set(writes.map(({ controller }) => controller))].filter((name) => name !== 'cgroup');
}

/** @throws RuntimeError `cgroup` for the first write without its controller */
export function checkAvailable(writes: readonly LimitWrite[], { available, known }: Handed): void {
  const missing = neededControllers(writes).filter((name) => !available.includes(name));
  const lost = writes.filter(({ controller }) => missing.includes(controller));
  const [first] = lost;
  if (!first) return;
  const refused = missing.filter((name) => known.includes(name));
  if (first.field.startsWith('/unified/')) throw missingFile(first, refused, available);
  if (!known.includes(first.controller)) {
    throw missingController(first, 'which is not available here', `there are ${list(known)}`);
  }
  throw new RuntimeError(
    'cgroup',
    `cannot set the ${first.limit}: the limits need cgroup controllers that are not delegated to the user: ` +
      `${refused.join(', ')} (delegated: ${list(available)})`,
    { pointer: pointerOf(first), hint: delegateHint(refused, available) },
  );
}

function missingFile(
  write: LimitWrite,
  refused: readonly string[],
  available: readonly string[],
): RuntimeError {
  const { controller, file } = write;
  return new RuntimeError(
    'cgroup',
    `unified resource "${file}" can't be set: controller "${controller}" not available`,
    {
      pointer: pointerOf(write),
      hint: refused.includes(controller)
        ? delegateHint(refused, available)
        : `there are ${list(available)}: see cgroup.controllers`,
    },
  );
}

function list(names: readonly string[]): string {
  return names.join(', ') || 'none';
}
