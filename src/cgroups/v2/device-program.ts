/**
 * Device rules as a program that the kernel asks before a device is opened or a node made (BPF_PROG_TYPE_CGROUP_DEVICE,
 * kernel 4.15): what version 2 has in the place of the devices controller. It is told what is to be done with which
 * device, `struct bpf_cgroup_dev_ctx`, and answers 1 or 0.
 *
 * The last rule that names a device decides, for reading, writing and making nodes separately; so they are tried from
 * the end, and an access that is granted is taken out of what is asked for. Nothing left: allowed.
 */
import {
  BPF_DEVCG_ACC_MKNOD,
  BPF_DEVCG_ACC_READ,
  BPF_DEVCG_ACC_WRITE,
  BPF_DEVCG_DEV_BLOCK,
  BPF_DEVCG_DEV_CHAR,
} from '../../kernel/constants/bpf.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { type OrderedRule, orderedRules } from '../device-rules.ts';
import * as bpf from './bpf-instructions.ts';

const { R0, R1, R2: TYPE, R3: ACCESS, R4: MAJOR, R5: MINOR } = bpf;

const EVERY_ACCESS = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
const accessBits = { r: BPF_DEVCG_ACC_READ, w: BPF_DEVCG_ACC_WRITE, m: BPF_DEVCG_ACC_MKNOD };
/** An operand of an instruction is a signed number of 32 bits; the kernel has no devices that far up. */
const GREATEST = 0x7fff_ffff;

/** A rule with its access as the kernel's bits; numbers below 0 are any. */
export type DecisiveRule = Omit<OrderedRule, 'access'> & { readonly access: number };

/** @throws RuntimeError `config`, see `orderedRules` */
export function deviceProgram(rules: readonly DeviceRule[]): Uint8Array {
  return bpf.assemble([...prologue, ...decisions(decisiveRules(rules))]);
}

/** Whether no device is denied to anybody: then there is nothing to ask. */
export function allowsEverything(rules: readonly DeviceRule[]): boolean {
  const decisive = decisiveRules(rules);
  return decisive.every(({ allow }) => allow) && decisive.some(isForEverything);
}

/**
 * Those that have something to say, the last first: without those that a later one leaves nothing to decide.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function decisiveRules(rules: readonly DeviceRule[]): readonly DecisiveRule[] {
  const decisive: DecisiveRule[] = [];
  for (const { access, ...rule } of orderedRules(rules).toReversed()) {
    const entry = { ...rule, access: bitsOf(access) };
    if (entry.access === 0 || Math.max(entry.major, entry.minor) > GREATEST) continue;
    if (decisive.some((later) => covers(later, entry))) continue;
    decisive.push(entry);
    if (isForEverything(entry)) break;
  }
  // What nobody decides is denied.
  while (decisive.at(-1)?.allow === false) decisive.pop();
  return decisive;
}

/** The other way round: `rwm`. */
export function accessLetters(bits: number): string {
  return (['r', 'w', 'm'] as const).filter((letter) => bits & accessBits[letter]).join('');
}

function bitsOf(access: string): number {
  return [...access].reduce((bits, letter) => bits | (accessBits[letter as keyof typeof accessBits] ?? 0), 0);
}

function covers(later: DecisiveRule, earlier: DecisiveRule): boolean {
  return (
    (later.type === 'a' || later.type === earlier.type) &&
    (later.major < 0 || later.major === earlier.major) &&
    (later.minor < 0 || later.minor === earlier.minor) &&
    (earlier.access & ~later.access) === 0
  );
}

/** Nothing is left to decide after it. */
export function isForEverything({ type, major, minor, access }: DecisiveRule): boolean {
  return type === 'a' && major < 0 && minor < 0 && access === EVERY_ACCESS;
}

/** Takes struct bpf_cgroup_dev_ctx apart. */
const prologue: readonly bpf.Instruction[] = [
  bpf.loadWord(TYPE, R1, 0),
  bpf.move(ACCESS, TYPE),
  bpf.and(TYPE, 0xffff),
  bpf.shiftRight(ACCESS, 16),
  bpf.loadWord(MAJOR, R1, 4),
  bpf.loadWord(MINOR, R1, 8),
];

function decisions(rules: readonly DecisiveRule[]): bpf.Instruction[] {
  const instructions = rules.flatMap(decision);
  const last = rules.at(-1);
  // The kernel refuses instructions that are never reached.
  return last && isForEverything(last) ? instructions : [...instructions, ...answer(0)];
}

/** Goes on behind its end where the rule decides nothing, or not everything that is left. */
function decision(rule: DecisiveRule): bpf.Instruction[] {
  const decided = rule.allow ? granted(rule) : denied(rule);
  const { type, major, minor } = rule;
  const conditions = [
    ...(type === 'a' ? [] : [[TYPE, type === 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR] as const]),
    ...(major < 0 ? [] : [[MAJOR, major] as const]),
    ...(minor < 0 ? [] : [[MINOR, minor] as const]),
  ];
  const jumps = conditions.map(([register, value], index) =>
    bpf.jumpUnlessEqual(register, value, decided.length + conditions.length - index - 1),
  );
  return [...jumps, ...decided];
}

function granted({ access }: DecisiveRule): bpf.Instruction[] {
  if (access === EVERY_ACCESS) return answer(1);
  return [bpf.and(ACCESS, EVERY_ACCESS & ~access), bpf.jumpUnlessEqual(ACCESS, 0, 2), ...answer(1)];
}

function denied({ access }: DecisiveRule): bpf.Instruction[] {
  if (access === EVERY_ACCESS) return answer(0);
  return [bpf.jumpIfAny(ACCESS, access, 1), bpf.jump(2), ...answer(0)];
}

function answer(value: 0 | 1): bpf.Instruction[] {
  return [bpf.set(R0, value), bpf.exit];
}
