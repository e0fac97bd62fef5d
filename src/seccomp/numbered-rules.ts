/**
 * Rules for system calls that libseccomp does not know, by their numbers: it takes names alone for architectures other
 * than the machine's own. Of several rules for the same call the first whose conditions are met decides; if there is
 * none, the filter proper answers, which has only the default action for the call.
 */
import type { Comparison } from '../kernel/libseccomp.ts';
import {
  AND,
  ARCHITECTURE,
  ARGUMENTS,
  assemble,
  type Instruction,
  JA,
  JEQ,
  JGE,
  JGT,
  LD_W_ABS,
  NUMBER,
  RET,
} from './classic-bpf.ts';
import { operators } from './names.ts';

export interface NumberedRule {
  /** `AUDIT_ARCH_*` */
  readonly auditArchitecture: number;
  readonly number: number;
  readonly action: number;
  /** One whose comparisons are all met is enough. */
  readonly alternatives: readonly (readonly Comparison[])[];
}

/** @returns instructions that end where the filter proper begins */
export function numberedRules(rules: readonly NumberedRule[]): Uint8Array {
  return assemble(rules.flatMap(ruleOf));
}

function ruleOf({ auditArchitecture, number, action, alternatives }: NumberedRule): Instruction[] {
  const answers = alternatives.flatMap((comparisons) => answer(comparisons, action));
  return [
    [LD_W_ABS, 0, 0, ARCHITECTURE],
    [JEQ, 0, 2, auditArchitecture],
    [LD_W_ABS, 0, 0, NUMBER],
    [JEQ, 1, 0, number],
    [JA, 0, 0, answers.length],
    ...answers,
  ];
}

/** Ends behind itself unless all comparisons are met. */
function answer(comparisons: readonly Comparison[], action: number): Instruction[] {
  let instructions: Instruction[] = [[RET, 0, 0, action]];
  for (const comparison of comparisons.toReversed()) {
    instructions = [...compare(comparison, instructions.length), ...instructions];
  }
  return instructions;
}

/** Goes on behind itself if the comparison is met, else `rest` instructions further. */
function compare({ index, operator, a, b }: Comparison, rest: number): Instruction[] {
  const low: Instruction = [LD_W_ABS, 0, 0, ARGUMENTS + 8 * index];
  const high: Instruction = [LD_W_ABS, 0, 0, ARGUMENTS + 8 * index + 4];
  const [aLow, aHigh] = halves(a);
  const [bLow, bHigh] = halves(b);
  switch (operator) {
    case operators.SCMP_CMP_EQ:
      return [high, [JEQ, 0, rest + 2, aHigh], low, [JEQ, 0, rest, aLow]];
    case operators.SCMP_CMP_NE:
      return [high, [JEQ, 0, 2, aHigh], low, [JEQ, rest, 0, aLow]];
    case operators.SCMP_CMP_MASKED_EQ:
      return [
        ...[high, [AND, 0, 0, aHigh], [JEQ, 0, rest + 3, bHigh]],
        ...[low, [AND, 0, 0, aLow], [JEQ, 0, rest, bLow]],
      ] as Instruction[];
    case operators.SCMP_CMP_GT:
      return [high, [JGT, 3, 0, aHigh], [JEQ, 0, rest + 2, aHigh], low, [JGT, 0, rest, aLow]];
    case operators.SCMP_CMP_GE:
      return [high, [JGT, 3, 0, aHigh], [JEQ, 0, rest + 2, aHigh], low, [JGE, 0, rest, aLow]];
    case operators.SCMP_CMP_LE:
      return [high, [JGT, rest + 3, 0, aHigh], [JEQ, 0, 2, aHigh], low, [JGT, rest, 0, aLow]];
    default:
      return [high, [JGT, rest + 3, 0, aHigh], [JEQ, 0, 2, aHigh], low, [JGE, rest, 0, aLow]];
  }
}

function halves(value: bigint): readonly [low: number, high: number] {
  return [Number(value & 0xffff_ffffn), Number((value >> 32n) & 0xffff_ffffn)];
}
