/** A container that its own memory limit keeps from starting. Loaded once something has gone wrong. */
import { memoryTrouble } from '../cgroups/out-of-memory.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Config } from '../spec/types.ts';

/**
 * To be called while the cgroup is there.
 *
 * @returns the error that the memory limit is behind, in words that say so; any other as it is
 */
export function memoryLimitTooLow(error: unknown, cgroups: readonly string[], { linux }: Config): unknown {
  const limited = limitOf(linux?.resources);
  if (!limited || !(error instanceof RuntimeError)) return error;
  const { kills, reached } = memoryTrouble(cgroups);
  const isKilled = error.code === 'system' && kills > 0;
  if (!isKilled && !(error.details.errno === 'ENOMEM' && reached > 0)) return error;
  const what = isKilled ? 'container init was OOM-killed' : error.message;
  return new RuntimeError('cgroup', `memory limit too low: ${limited.limit}: ${what}`, {
    ...(isKilled ? {} : { cause: error }),
    pointer: `/linux/resources/${limited.field}`,
    hint: 'a container needs some 500 kB to start, and what its program needs',
  });
}

function limitOf(resources: NonNullable<Config['linux']>['resources']) {
  const { memory, unified } = resources ?? {};
  const max = unified?.['memory.max'];
  if (max !== undefined) return { limit: max, field: 'unified/memory.max' };
  return memory?.limit === undefined ? undefined : { limit: memory.limit, field: 'memory/limit' };
}
