/** A container that its own memory limit keeps from starting. */
import { memoryLimit, memoryTrouble } from '../cgroups/out-of-memory.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { existsSync } from '../kernel/file-system.ts';
import type { Config } from '../spec/types.ts';

/** Less than this is too little, whatever is said. */
const LEAST = 256 * 1024;

export interface Victim {
  /** `container init` */
  readonly name: string;
  /** How many of the container's processes were killed before. */
  readonly killsBefore: number;
  /** The cgroup goes with its last process: systemd takes it away. */
  readonly vanishes?: boolean;
}

export const init: Victim = { name: 'container init', killsBefore: 0 };

/**
 * To be called while the cgroup is there.
 *
 * @returns the error that the memory limit is behind, in words that say so; any other as it is
 */
export function memoryLimitTooLow(
  error: unknown,
  cgroups: readonly string[],
  { linux }: Pick<Config, 'linux'>,
  { name, killsBefore, vanishes }: Victim = init,
): unknown {
  const limited = memoryLimit(linux?.resources);
  if (!limited || !(error instanceof RuntimeError)) return error;
  const { kills, reached } = memoryTrouble(cgroups);
  const isGone = vanishes && !cgroups.some((path) => existsSync(path));
  // That a stub has ended, no call has said.
  const isTooLittle = isGone && error.details.errno === undefined && Number(limited.limit) < LEAST;
  const isKilled = (kills > killsBefore || isTooLittle) && saysNothing(error);
  // Without the OOM killer a call fails in its place, and be it the one that would tell.
  const isStarved = linux?.resources?.memory?.disableOOMKiller === true && saysNothing(error);
  if (!isKilled && !((error.details.errno === 'ENOMEM' || isStarved) && reached > 0)) return error;
  const what = isKilled ? `${name} was OOM-killed` : error.message;
  return new RuntimeError('cgroup', `memory limit too low: ${limited.limit}: ${what}`, {
    ...(isKilled ? {} : { cause: error }),
    pointer: `/linux/resources/${limited.field}`,
    hint: 'a container needs some 500 kB to start, and what its program needs',
  });
}

/** It ended, and of itself it was to go on. */
function saysNothing({ code, details }: RuntimeError): boolean {
  return code === 'system' || details.pointer === '/linux/seccomp';
}

/** What a process that was killed in the foreground has met, if it was that; by its status alone nobody could tell. */
export function limitThatKilled(
  cgroups: readonly string[],
  { linux }: Pick<Config, 'linux'>,
  killsBefore = 0,
): string | undefined {
  const limited = memoryLimit(linux?.resources);
  if (!limited || memoryTrouble(cgroups).kills <= killsBefore) return undefined;
  return `memory limit too low: ${limited.limit}: a process of the container was OOM-killed`;
}
