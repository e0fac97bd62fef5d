/** `--regex` of `kill` and `delete`: one command for all containers whose id matches. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { list } from './list.ts';
import type { Runtime } from './runtime.ts';

/**
 * Does something with each container whose id matches. One that cannot be had does not spare the others; those of other
 * runtimes are left out.
 *
 * @param pattern a regular expression, found anywhere in the id
 * @throws RuntimeError `usage` for no regular expression; the first error of `act`, when all had their turn
 */
export function forMatching(runtime: Runtime, pattern: string, act: (id: string) => void): void {
  const expression = compile(pattern);
  const errors: unknown[] = [];
  for (const found of list(runtime)) {
    const { id } = found;
    if (!expression.test(id) || ('error' in found && !found.isOurs)) continue;
    try {
      act(id);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new RuntimeError('usage', `invalid regular expression "${pattern}"`, {
      cause,
      hint: 'it is written as in JavaScript: ^web- or (a|b)[0-9]+$',
    });
  }
}
