/** A profile becomes a program: libseccomp's, behind a head for system calls that the profile cannot know. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { describeErrno, EDOM, EEXIST, EPERM } from '../kernel/errno.ts';
import {
  type Comparison,
  type FilterContext,
  Libseccomp,
  SCMP_FLTATR_CTL_OPTIMIZE,
} from '../kernel/libseccomp.ts';
import type { Seccomp } from '../spec/types.ts';
import { type Action, actions, architectures, operators, type SystemCallRule } from './names.ts';
import { type LastCalls, newerCallsHead, refusesByDefault } from './newer-calls.ts';

const POINTER = '/linux/seccomp';
/** libseccomp's token of x32 is its own; the kernel's architecture is that of x86-64, AUDIT_ARCH_X86_64. */
const X32_TOKEN = 0x4000_003e;
const AUDIT_ARCH_X86_64 = 0xc000_003e;
/** A binary tree instead of a list pays from here on; with few rules libseccomp 2.5 makes mistakes in trees. */
const TREE_FROM = 32;
const BINARY_TREE = 2;
/** BPF_MAXINSNS, of eight bytes each. */
const LONGEST = 4096 * 8;

/** @returns classic BPF @throws RuntimeError `config`, `system` where libseccomp is missing */
export function compile(profile: Seccomp): Uint8Array {
  const library = openLibrary();
  const defaultAction = actionOf(profile.defaultAction, profile.defaultErrnoRet);
  using filter = library.newFilter(defaultAction);
  const tokens = addArchitectures(library, filter, profile);
  const rules = profile.syscalls ?? [];
  if (rules.length > 0 && countOf(rules) > TREE_FROM)
    filter.setAttribute(SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
  rules.forEach((rule, index) => {
    // libseccomp refuses rules that change nothing.
    if (actionOf(rule.action, rule.errnoRet) !== defaultAction) addRules(library, filter, rule, index);
  });
  const head = refusesByDefault(profile.defaultAction)
    ? newerCallsHead(lastCalls(library, tokens, rules))
    : new Uint8Array();
  const program = Buffer.concat([head, filter.export()]);
  if (program.length <= LONGEST) return program;
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

/** An errno is 16 bits wide; EPERM where none is given. */
function actionOf(action: Action, errno: number = EPERM): number {
  const value = actions[action];
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE' ? value | (errno & 0xffff) : value;
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

function refusal(result: number): string {
  return result === -EDOM ? 'its byte order is not that of this machine' : describeErrno(-result);
}

function addRules(library: Libseccomp, filter: FilterContext, rule: SystemCallRule, index: number): void {
  const action = actionOf(rule.action, rule.errnoRet);
  const alternatives = alternativesOf(rule);
  rule.names.forEach((name, nth) => {
    const number = library.systemCall(name);
    // Profiles name calls of newer kernels and of other architectures.
    if (number === undefined) return;
    for (const comparisons of alternatives) {
      const result = filter.addRule(action, number, comparisons);
      if (result >= 0) continue;
      throw new RuntimeError(
        'config',
        `libseccomp refuses the rule for "${name}": ${describeErrno(-result)}`,
        {
          pointer: `${POINTER}/syscalls/${index}/names/${nth}`,
        },
      );
    }
  });
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

function lastCalls(
  library: Libseccomp,
  tokens: ReadonlySet<number>,
  rules: readonly SystemCallRule[],
): LastCalls[] {
  const names = new Set(rules.flatMap((rule) => rule.names));
  const last = (token: number): number | undefined => {
    let largest = 0;
    for (const name of names) largest = Math.max(largest, library.systemCall(name, token) ?? 0);
    return largest || undefined;
  };
  const lastX32 = tokens.has(X32_TOKEN) ? last(X32_TOKEN) : undefined;
  return [...tokens]
    .filter((token) => token !== X32_TOKEN)
    .map((token) => ({
      auditArchitecture: token,
      last: last(token),
      ...(token === AUDIT_ARCH_X86_64 ? { lastX32 } : {}),
    }));
}
