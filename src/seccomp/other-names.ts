/**
 * Names that libseccomp does not know: calls of newer kernels, which get their rules by number, and mistakes. A rule that
 * restricts must not be dropped silently.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Libseccomp } from '../kernel/libseccomp.ts';
import type { Problem } from '../spec/problem.ts';
import { type Action, AUDIT_ARCH_X86_64, type SystemCallRule, X32_TOKEN } from './names.ts';
import { isOfX86Alone, systemCallNumber } from './newer-names.ts';
import type { NumberedRule } from './numbered-rules.ts';
import { actionOf, alternativesOf } from './rules.ts';

export interface OtherName {
  readonly name: string;
  readonly pointer: string;
  readonly rule: SystemCallRule;
}

/** The kernel's order of precedence, seccomp(2). */
const STRICTEST_FIRST: readonly Action[] = [
  ...(['SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_TRAP'] as const),
  ...(['SCMP_ACT_ERRNO', 'SCMP_ACT_NOTIFY', 'SCMP_ACT_TRACE', 'SCMP_ACT_LOG', 'SCMP_ACT_ALLOW'] as const),
];

/**
 * @param tokens of the architectures that are filtered
 * @throws RuntimeError `config` for a mistake whose rule is stricter than the default action
 */
export function resolveOtherNames(
  library: Libseccomp,
  tokens: ReadonlySet<number>,
  others: readonly OtherName[],
  defaultAction: Action,
): { readonly numbered: readonly NumberedRule[]; readonly warnings: readonly Problem[] } {
  const numbered: NumberedRule[] = [];
  const warnings: Problem[] = [];
  for (const other of others) {
    const rules = numberedRulesOf(library, tokens, other);
    for (const rule of rules) numbered.push(rule);
    if (rules.length === 0 && !isOfX86Alone(other.name)) {
      warnings.push(reportUnknown(other, defaultAction, library.version));
    }
  }
  return { numbered, warnings };
}

function numberedRulesOf(
  library: Libseccomp,
  tokens: ReadonlySet<number>,
  { name, rule }: OtherName,
): NumberedRule[] {
  const action = actionOf(rule.action, rule.errnoRet);
  const alternatives = alternativesOf(rule);
  return [...tokens].flatMap((token) => {
    const number = systemCallNumber(library, name, token);
    if (number === undefined) return [];
    const auditArchitecture = token === X32_TOKEN ? AUDIT_ARCH_X86_64 : token;
    return [{ auditArchitecture, number, action, alternatives }];
  });
}

function reportUnknown(
  { name, pointer, rule: { action } }: OtherName,
  defaultAction: Action,
  version: string,
): Problem {
  const quoted = JSON.stringify(name);
  if (STRICTEST_FIRST.indexOf(action) < STRICTEST_FIRST.indexOf(defaultAction)) {
    throw new RuntimeError(
      'config',
      `cannot apply ${action} to the system call ${quoted}: its number is unknown`,
      {
        pointer,
        hint: `check the spelling; if neither libseccomp ${version} nor tsrun knows the call, remove the name: the call gets ${defaultAction} then`,
      },
    );
  }
  const expected = 'the name of a system call';
  const found = `${quoted}, which neither libseccomp ${version} nor tsrun knows: the call gets ${defaultAction}`;
  return { pointer, expected, found, hint: 'check the spelling', warning: true };
}
