/** The parts of a profile's rules as libseccomp takes them. */
import { EPERM } from '../kernel/errno.ts';
import type { Comparison } from '../kernel/libseccomp.ts';
import { type Action, actions, operators, type SystemCallRule } from './names.ts';

/** An errno is 16 bits wide; EPERM where none is given. */
export function actionOf(action: Action, errno: number = EPERM): number {
  const value = actions[action];
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE' ? value | (errno & 0xffff) : value;
}

/**
 * Conditions on different arguments must all be met. libseccomp takes one condition per argument: where there are
 * two on the same, each becomes a rule of its own, and one that is met is enough (runc and crun do the same).
 */
export function alternativesOf({ args = [] }: SystemCallRule): readonly (readonly Comparison[])[] {
  const comparisons = args.map(({ index, op, value, valueTwo = 0 }) => ({
    index,
    operator: operators[op],
    a: BigInt(value),
    b: BigInt(valueTwo),
  }));
  const distinct = new Set(comparisons.map(({ index }) => index)).size === comparisons.length;
  return distinct ? [comparisons] : comparisons.map((comparison) => [comparison]);
}
