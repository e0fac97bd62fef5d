/**
 * Device rules as a program that the kernel asks before a device is opened or a node made (BPF_PROG_TYPE_CGROUP_DEVICE,
 * kernel 4.15): what version 2 has in the place of the devices controller. It is told what is to be done with which
 * device, `struct bpf_cgroup_dev_ctx`, and answers 1 or 0.
 *
 * The last rule that names a device decides, for reading, writing and making nodes separately; so they are tried from
 * the end, and an access that is granted is taken out of what is asked for. Nothing left: allowed.
 */
import { BPF_DEVCG_DEV_BLOCK } from '../../kernel/constants/bpf.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { Assembler, type Jump, R1, R2, R3 } from './bpf-assembler.ts';
import { type DecisiveRule, decisiveRules, EVERY_ACCESS, grantsEverything } from './decisive-rules.ts';

const [CONTEXT, ACCESS, NUMBER] = [R1, R2, R3] as const;

/** Offsets in struct bpf_cgroup_dev_ctx: the kind of node and, above it, the access; two numbers. */
const KIND_AND_ACCESS = 0;
const MAJOR = 4;
const MINOR = 8;

/** Bytes of the shortest program: two instructions. No other is as short. */
const IDLE = 16;

/**
 * The instructions, struct bpf_insn.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function deviceProgram(rules: readonly DeviceRule[]): Uint8Array {
  const decisive = decisiveRules(rules);
  const program = new Assembler();
  if (grantsEverything(decisive)) program.answer(1);
  else writeProgram(program, decisive);
  return program.bytes();
}

/** Whether a program denies nothing to anybody: then there is nothing to ask it. */
export function isIdle(program: Uint8Array): boolean {
  return program.length === IDLE;
}

/** Takes the argument apart; then there are rules for character devices, and rules for block devices. */
function writeProgram(program: Assembler, rules: readonly DecisiveRule[]): void {
  program.loadWord(ACCESS, CONTEXT, KIND_AND_ACCESS);
  program.move(NUMBER, ACCESS);
  program.shiftRight(ACCESS, 16);
  const isUsed = program.jumpUnlessEqual(ACCESS, 0);
  // access(2) asks whether there is such a node.
  program.answer(1);
  program.land([isUsed]);
  program.and(NUMBER, 0xffff);
  const isBlock = program.jumpIfEqual(NUMBER, BPF_DEVCG_DEV_BLOCK);
  const forKind = (other: 'b' | 'c') => rules.filter(({ type }) => type !== other);
  writeRules(program, forKind('b'));
  program.land([isBlock]);
  writeRules(program, forKind('c'));
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
