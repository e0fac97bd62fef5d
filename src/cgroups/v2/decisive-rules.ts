/** Device rules as far as they decide anything, and their access as the bits that a device program is told. */
import { BPF_DEVCG_ACC_MKNOD, BPF_DEVCG_ACC_READ, BPF_DEVCG_ACC_WRITE } from '../../kernel/constants/bpf.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { anyNode, type OrderedRule, orderedRules, usualDevices } from '../device-rules.ts';

export const EVERY_ACCESS = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE;
const accessBits = { r: BPF_DEVCG_ACC_READ, w: BPF_DEVCG_ACC_WRITE, m: BPF_DEVCG_ACC_MKNOD };
/** An operand of an instruction is a signed number of 32 bits; the kernel has no devices that far up. */
const GREATEST = 0x7fff_ffff;

/** A rule with its access as the kernel's bits; numbers below 0 are any. */
export type DecisiveRule = Omit<OrderedRule, 'access'> & { readonly access: number };

/** Whether no device is denied. @throws RuntimeError `config`, see `orderedRules` */
export function allowsEverything(rules: readonly DeviceRule[]): boolean {
  return grantsEverything(decisiveRules(rules));
}

/** The same of rules that are decisive. */
export function grantsEverything(decisive: readonly DecisiveRule[]): boolean {
  return decisive.every(({ allow }) => allow) && decisive.some(isForEverything);
}

/**
 * Those that have something to say, the last first: without those that a later one leaves nothing to decide.
 *
 * @throws RuntimeError `config`, see `orderedRules`
 */
export function decisiveRules(rules: readonly DeviceRule[]): readonly DecisiveRule[] {
  const own = inBits(orderedRules(rules));
  // As on version 1: making nodes is an exception from "deny all", and undoes none from "allow all".
  const nodes = own.findLast(isForEverything)?.allow === true ? [] : anyNode;
  const decisive: DecisiveRule[] = [];
  for (const rule of [...own, ...inBits([...nodes, ...usualDevices])].toReversed()) {
    if (decisive.some((later) => covers(later, rule))) continue;
    decisive.push(rule);
    if (isForEverything(rule)) break;
  }
  // What nobody decides is denied.
  while (decisive.at(-1)?.allow === false) decisive.pop();
  return decisive;
}

function inBits(rules: readonly OrderedRule[]): DecisiveRule[] {
  return rules
    .map(({ access, ...rule }) => ({ ...rule, access: bitsOf(access) }))
    .filter(({ access, major, minor }) => access !== 0 && Math.max(major, minor) <= GREATEST);
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
