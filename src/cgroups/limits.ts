/** The limits of one container: every write with the file it goes to, and what has to be done first. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { noPermission } from './delegation-hint.ts';
import type { LimitWrite } from './limit.ts';

/** A write whose place is known. */
export interface PlacedWrite extends Omit<LimitWrite, 'otherwise'> {
  /** The cgroup's directory. */
  readonly directory: string;
  readonly otherwise?: PlacedWrite;
}

/** Version 2: a cgroup has the controllers that its parent hands down. */
export interface HandDown {
  /** A directory above the container's. */
  readonly directory: string;
  readonly controllers: readonly string[];
  /** Those of them that there are limits for; the others are for statistics, and may be refused. */
  readonly needed: readonly string[];
}

export interface Limits {
  /** From the top. */
  readonly handDown: readonly HandDown[];
  readonly writes: readonly PlacedWrite[];
}

export const noLimits: Limits = { handDown: [], writes: [] };

export function placed({ otherwise, ...write }: LimitWrite, directory: string): PlacedWrite {
  return { ...write, directory, ...(otherwise ? { otherwise: placed(otherwise, directory) } : {}) };
}

/** JSON pointer of the field that asks for a write. */
export function pointerOf({ field }: Pick<LimitWrite, 'field'>): string {
  return `/linux/resources${field}`;
}

/** Limits that the caller may not set, at least one. */
export function noPermissionFor(writes: readonly Omit<LimitWrite, 'otherwise'>[]): RuntimeError {
  const [first] = writes as readonly [LimitWrite];
  const names = [...new Set(writes.map(({ controller }) => controller))].join(', ');
  return new RuntimeError(
    'cgroup',
    `cannot set the ${first.limit}: no permission for the cgroup controllers that the limits need (${names})`,
    { pointer: pointerOf(first), hint: noPermission },
  );
}

export function missingController(write: LimitWrite, where: string, hint: string): RuntimeError {
  const { limit, controller } = write;
  return new RuntimeError('cgroup', `the ${limit} needs the cgroup controller "${controller}", ${where}`, {
    pointer: pointerOf(write),
    hint,
  });
}
