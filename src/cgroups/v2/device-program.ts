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
} from '../../kernel/constants/bpf.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { type OrderedRule, orderedRules } from '../device-rules.ts';
import { Assembler, type Jump, R1, R2, R3 } from './bpf-assembler.ts';

const [CONTEXT, ACCESS, NUMBER] = [R1, R2, R3] as const;

/** Offsets in struct bpf_cgroup_dev_ctx: the kind of node and, above it, the access; two numbers. */
const KIND_AND_ACCESS = 0;
const MAJOR = 4;
const MINOR = 8;

const EVERY_ACCESS = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
const accessBits = { r: BPF_DEVCG_ACC_READ, w: BPF_DEVCG_ACC_WRITE, m: BPF_DEVCG_ACC_MKNOD };
/** An operand of an instruction is a signed number of 32 bits; the kernel has no devices that far up. */
const GREATEST = 0x7fff_ffff;

/** A rule with its access as the kernel's bits; numbers below 0 are any. */
export type DecisiveRule = Omit<OrderedRule, 'access'> & { readonly access: number };

/**
 * The instructions, struct bpf_insn.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function deviceProgram(rules: readonly DeviceRule[]): Uint8Array {
  const program = new Assembler();
  if (allowsEverything(rules)) {
    program.answer(1);
    return program.bytes();
  }
  const decisive = decisiveRules(rules);
  program.loadWord(ACCESS, CONTEXT, KIND_AND_ACCESS);
  program.move(NUMBER, ACCESS);
  program.shiftRight(ACCESS, 16);
  const isUsed = program.jumpUnlessEqual(ACCESS, 0);
  // access(2) asks whether there is such a node.
  program.answer(1);
  program.land([isUsed]);
  program.and(NUMBER, 0xffff);
  const isBlock = program.jumpIfEqual(NUMBER, BPF_DEVCG_DEV_BLOCK);
  writeRules(
    program,
    decisive.filter(({ type }) => type !== 'b'),
  );
  program.land([isBlock]);
  writeRules(
    program,
    decisive.filter(({ type }) => type !== 'c'),
  );
  return program.bytes();
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
  const all = orderedRules(rules)
    .map(({ access, ...rule }): DecisiveRule => ({ ...rule, access: bitsOf(access) }))
    .filter(({ access, major, minor }) => access !== 0 && Math.max(major, minor) <= GREATEST);
  const allowsUnlessDenied = all.findLast(isForEverything)?.allow === true;
  const decisive: DecisiveRule[] = [];
  for (const rule of all.toReversed()) {
    // As on version 1: making nodes is an exception from "deny all", and none that undoes one from "allow all".
    if (allowsUnlessDenied && rule.access === BPF_DEVCG_ACC_MKNOD && rule.allow && rule.major < 0) continue;
    if (decisive.some((later) => covers(later, rule))) continue;
    decisive.push(rule);
    if (isForEverything(rule)) break;
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

/** Rules that are alike but for the minor number; none where it is any. */
interface Group {
  readonly rule: DecisiveRule;
  readonly minors: number[];
}

/** Neighbours with one major number are asked for it once. */
function grouped(rules: readonly DecisiveRule[]): readonly Group[] {
  const groups: Group[] = [];
  for (const rule of rules) {
    const last = groups.at(-1);
    if (last && rule.minor >= 0 && last.minors.length > 0 && isAlike(last.rule, rule))
      last.minors.push(rule.minor);
    else groups.push({ rule, minors: rule.minor < 0 ? [] : [rule.minor] });
  }
  return groups;
}

function isAlike(one: DecisiveRule, other: DecisiveRule): boolean {
  return one.major === other.major && one.allow === other.allow && one.access === other.access;
}

/** @param rules for one kind of node, the last first */
function writeRules(program: Assembler, rules: readonly DecisiveRule[]): void {
  for (const group of grouped(rules)) {
    const mismatches = writeConditions(program, group);
    if (group.rule.allow) writeGrant(program, group.rule);
    else writeDenial(program, group.rule);
    // The kernel refuses instructions that are never reached.
    if (mismatches.length === 0 && group.rule.access === EVERY_ACCESS) return;
    program.land(mismatches);
  }
  program.answer(0);
}

/**
 * Every number is loaded anew: the kernel follows each way through a program with what it knows of the registers by
 * then, and the ways become too many where that differs from rule to rule.
 *
 * @returns what leads past the decision
 */
function writeConditions(program: Assembler, { rule, minors }: Group): Jump[] {
  const mismatches: Jump[] = [];
  if (rule.major >= 0) {
    program.loadWord(NUMBER, CONTEXT, MAJOR);
    mismatches.push(program.jumpUnlessEqual(NUMBER, rule.major));
  }
  const last = minors.at(-1);
  if (last === undefined) return mismatches;
  program.loadWord(NUMBER, CONTEXT, MINOR);
  const matches = minors.slice(0, -1).map((minor) => program.jumpIfEqual(NUMBER, minor));
  mismatches.push(program.jumpUnlessEqual(NUMBER, last));
  program.land(matches);
  return mismatches;
}

/** Goes on where something is left to be granted. */
function writeGrant(program: Assembler, { access }: DecisiveRule): void {
  if (access === EVERY_ACCESS) program.answer(1);
  else {
    program.and(ACCESS, EVERY_ACCESS & ~access);
    const rest = program.jumpUnlessEqual(ACCESS, 0);
    program.answer(1);
    program.land([rest]);
  }
}

/** Goes on where nothing of what is left is denied. */
function writeDenial(program: Assembler, { access }: DecisiveRule): void {
  if (access === EVERY_ACCESS) program.answer(0);
  else {
    const denied = program.jumpIfAny(ACCESS, access);
    const rest = program.jump();
    program.land([denied]);
    program.answer(0);
    program.land([rest]);
  }
}
