/**
 * The head of a filter: a system call newer than anything the profile names fails with ENOSYS, as if the kernel did
 * not know it yet. A profile's own answer (mostly EPERM) would keep programs from falling back to what they did
 * before the call was there. Behaviour as in runc since 1.0: only where the default action is no permission.
 */
import { ENOSYS } from '../kernel/errno.ts';
import {
  ARCHITECTURE,
  assemble,
  type Instruction,
  JA,
  JEQ,
  JGT,
  JSET,
  LD_W_ABS,
  NUMBER,
  RET,
} from './classic-bpf.ts';
import { type Action, AUDIT_ARCH_X86_64 } from './names.ts';

/** The largest system call number that the profile names, by the ABI of one architecture. */
export interface LastCalls {
  /** `AUDIT_ARCH_*` */
  readonly auditArchitecture: number;
  readonly last: number | undefined;
  /** Of the x32 ABI, which shares its architecture with x86-64. */
  readonly lastX32?: number | undefined;
}

/** `__X32_SYSCALL_BIT` */
const X32 = 0x4000_0000;
const RET_ERRNO = 0x0005_0000;

/** Whoever allows, logs or traces what it does not know leaves the answer to the kernel, or to the tracer. */
export function refusesByDefault(action: Action): boolean {
  return !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE', 'SCMP_ACT_NOTIFY'].includes(action);
}

/** @returns instructions that end where the filter proper begins */
export function newerCallsHead(lastCalls: readonly LastCalls[]): Uint8Array {
  const sections = lastCalls.flatMap((calls) => {
    const section = sectionOf(calls);
    return section.length > 0 ? [section] : [];
  });
  const head: Instruction[] = [];
  let left = sections.reduce((sum, { length }) => sum + length, 0);
  if (left > 0) head.push([LD_W_ABS, 0, 0, ARCHITECTURE]);
  for (const section of sections) {
    left -= section.length;
    // A section's last instruction leaves the head.
    head.push(...section.slice(0, -1), [JA, 0, 0, left]);
  }
  return assemble(head);
}

/** For the accumulator with the architecture in it; of another architecture, it is left as it is. */
function sectionOf(calls: LastCalls): Instruction[] {
  const tests = testsOf(calls);
  if (tests.length === 0) return [];
  const rest: Instruction[] = [
    [LD_W_ABS, 0, 0, NUMBER],
    ...tests,
    [RET, 0, 0, RET_ERRNO | ENOSYS],
    [JA, 0, 0, 0],
  ];
  return [[JEQ, 0, rest.length, calls.auditArchitecture], ...rest];
}

/**
 * Goes on behind itself for a call that is newer, else one instruction further. x32 shares its architecture with x86-64;
 * the calls of the one that the profile does not list are the filter's, which kills.
 */
function testsOf({ auditArchitecture, last, lastX32 }: LastCalls): Instruction[] {
  if (last !== undefined && lastX32 !== undefined) {
    return [
      [JSET, 1, 0, X32],
      [JGT, 1, 2, last],
      [JGT, 0, 1, lastX32],
    ];
  }
  if (lastX32 !== undefined) {
    return [
      [JSET, 0, 2, X32],
      [JGT, 0, 1, lastX32],
    ];
  }
  if (last === undefined) return [];
  const newer: Instruction = [JGT, 0, 1, last];
  return auditArchitecture === AUDIT_ARCH_X86_64 ? [[JSET, 2, 0, X32], newer] : [newer];
}
