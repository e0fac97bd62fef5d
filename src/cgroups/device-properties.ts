/**
 * Device rules as properties of a systemd unit, systemd.resource-control(5): what systemd's own program is made from,
 * which has its say beside ours. Its list only grants; so nothing is denied here that the rules grant, and what it
 * grants too much, our program denies.
 */
import type { DeviceRule } from '../spec/types.ts';
import { accessLetters, type DecisiveRule, decisiveRules, isForEverything } from './v2/decisive-rules.ts';

export interface DeviceProperties {
  /** `auto` without a list: everything. */
  readonly policy: 'strict' | 'auto';
  /** Nodes and what may be done with them: `["/dev/char/1:3", "rwm"]`, `["char-136", "rwm"]`, `["block-*", "m"]`. */
  readonly allow: readonly (readonly [node: string, access: string])[];
}

/**
 * `DevicePolicy` and `DeviceAllow`. Numbers in the place of names of drivers: systemd 240.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function deviceProperties(rules: readonly DeviceRule[]): DeviceProperties {
  const granting = decisiveRules(rules).filter(({ allow }) => allow);
  if (granting.some(isForEverything)) return { policy: 'auto', allow: [] };
  return { policy: 'strict', allow: granting.flatMap(entries) };
}

function entries(rule: DecisiveRule): (readonly [string, string])[] {
  const types = rule.type === 'a' ? (['b', 'c'] as const) : [rule.type];
  return types.map((type) => [node(type === 'b' ? 'block' : 'char', rule), accessLetters(rule.access)]);
}

function node(kind: 'block' | 'char', { major, minor }: DecisiveRule): string {
  // There is no pattern for one minor number of any major one.
  if (major < 0) return `${kind}-*`;
  return minor < 0 ? `${kind}-${major}` : `/dev/${kind}/${major}:${minor}`;
}
