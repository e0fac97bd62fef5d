/** A profile becomes a program: libseccomp's, behind a head for system calls that the profile cannot know. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { concatBytes } from '../kernel/bytes.ts';
import { describeErrno, EDOM, EEXIST } from '../kernel/errno.ts';
import { type FilterContext, Libseccomp, SCMP_FLTATR_CTL_OPTIMIZE } from '../kernel/libseccomp.ts';
import type { Problem } from '../spec/problem.ts';
import type { Seccomp } from '../spec/types.ts';
import { AUDIT_ARCH_X86_64, architectures, type SystemCallRule, X32_TOKEN } from './names.ts';
import { type LastCalls, newerCallsHead, refusesByDefault } from './newer-calls.ts';
import { systemCallNumber } from './newer-names.ts';
import { numberedRules } from './numbered-rules.ts';
import { type OtherName, resolveOtherNames } from './other-names.ts';
import { actionOf, alternativesOf } from './rules.ts';

const POINTER = '/linux/seccomp';
/** A binary tree instead of a list pays from here on; with few rules libseccomp 2.5 makes mistakes in trees. */
const TREE_FROM = 32;
const BINARY_TREE = 2;
/** BPF_MAXINSNS, of eight bytes each. */
const LONGEST = 4096 * 8;

export interface CompiledProfile {
  /** Classic BPF. */
  readonly program: Uint8Array;
  /** Names that could not be given a rule. */
  readonly warnings: readonly Problem[];
}

/** @throws RuntimeError `config`, `system` where libseccomp is missing */
export function compile(profile: Seccomp): CompiledProfile {
  const library = openLibrary();
  const defaultAction = actionOf(profile.defaultAction, profile.defaultErrnoRet);
  using filter = library.newFilter(defaultAction);
  const tokens = addArchitectures(library, filter, profile);
  const rules = profile.syscalls ?? [];
  if (rules.length > 0 && countOf(rules) > TREE_FROM)
    filter.setAttribute(SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
  const others: OtherName[] = [];
  rules.forEach((rule, index) => {
    // libseccomp refuses rules that change nothing.
    if (actionOf(rule.action, rule.errnoRet) === defaultAction) return;
    for (const other of addRules(library, filter, rule, index)) others.push(other);
  });
  const head = refusesByDefault(profile.defaultAction)
    ? newerCallsHead(lastCalls(library, listedTokens(library, profile), rules))
    : new Uint8Array();
  const { numbered, warnings } = resolveOtherNames(library, tokens, others, profile.defaultAction);
  const program = concatBytes([head, numberedRules(numbered), filter.export()]);
  if (program.length <= LONGEST) return { program, warnings };
  throw new RuntimeError('config', `the profile becomes a program of ${program.length / 8} instructions`, {
    pointer: POINTER,
    hint: 'the kernel takes 4096: join rules of the same action, or leave architectures out',
  });
}

/** The kernel's folder does not know which field needs it. */
function openLibrary(): Libseccomp {
  try {
    return new Libseccomp();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw new RuntimeError(error.code, error.message, { ...error.details, pointer: POINTER });
  }
}

function countOf(rules: readonly SystemCallRule[]): number {
  return rules.reduce((sum, { names }) => sum + names.length, 0);
}

/** @returns the tokens of all of them; the machine's own is always among them */
function addArchitectures(library: Libseccomp, filter: FilterContext, profile: Seccomp): ReadonlySet<number> {
  const tokens = new Set([library.nativeArchitecture()]);
  profile.architectures?.forEach((name, index) => {
    const token = library.architecture(architectures[name]);
    const result = token === undefined ? undefined : filter.addArchitecture(token);
    if (token !== undefined && (result === 0 || result === -EEXIST)) {
      tokens.add(token);
      return;
    }
    const why = token === undefined ? `libseccomp ${library.version} does not know it` : refusal(result ?? 0);
    throw new RuntimeError('config', `cannot filter the system calls of ${name}: ${why}`, {
      pointer: `${POINTER}/architectures/${index}`,
      hint: 'list only architectures whose programs this machine can execute',
    });
  });
  return tokens;
}

/** Of those whose newer calls fail with ENOSYS: what the profile lists, or the machine's own if it lists none. */
function listedTokens(library: Libseccomp, { architectures: listed = [] }: Seccomp): ReadonlySet<number> {
  if (listed.length === 0) return new Set([library.nativeArchitecture()]);
  return new Set(listed.flatMap((name) => library.architecture(architectures[name]) ?? []));
}

function refusal(result: number): string {
  return result === -EDOM ? 'its byte order is not that of this machine' : describeErrno(-result);
}

/** @returns the names that libseccomp does not know: calls of newer kernels, and mistakes */
function addRules(
  library: Libseccomp,
  filter: FilterContext,
  rule: SystemCallRule,
  index: number,
): readonly OtherName[] {
  const action = actionOf(rule.action, rule.errnoRet);
  const alternatives = alternativesOf(rule);
  const others: OtherName[] = [];
  rule.names.forEach((name, nth) => {
    const pointer = `${POINTER}/syscalls/${index}/names/${nth}`;
    const number = library.systemCall(name);
    if (number === undefined) {
      others.push({ name, pointer, rule });
      return;
    }
    for (const comparisons of alternatives) {
      const result = filter.addRule(action, number, comparisons);
      if (result >= 0) continue;
      throw new RuntimeError(
        'config',
        `libseccomp refuses the rule for "${name}": ${describeErrno(-result)}`,
        { pointer },
      );
    }
  });
  return others;
}

function lastCalls(
  library: Libseccomp,
  tokens: ReadonlySet<number>,
  rules: readonly SystemCallRule[],
): LastCalls[] {
  const names = new Set(rules.flatMap((rule) => rule.names));
  const last = (token: number): number | undefined => {
    let largest = 0;
    for (const name of names) largest = Math.max(largest, systemCallNumber(library, name, token) ?? 0);
    return largest || undefined;
  };
  const lastX32 = tokens.has(X32_TOKEN) ? last(X32_TOKEN) : undefined;
  const known = [...tokens].filter((token) => token !== X32_TOKEN);
  const all = lastX32 === undefined ? known : [...new Set([...known, AUDIT_ARCH_X86_64])];
  return all.map((token) => ({
    auditArchitecture: token,
    last: tokens.has(token) ? last(token) : undefined,
    ...(token === AUDIT_ARCH_X86_64 ? { lastX32 } : {}),
  }));
}
