/**
 * The head of a filter: a system call newer than anything the profile names fails with ENOSYS, as if the kernel did
 * not know it yet. A profile's own answer (mostly EPERM) would keep programs from falling back to what they did
 * before the call was there. Behaviour as in runc since 1.0: only where the default action is no permission.
 */
import { ENOSYS } from '../kernel/errno.ts';
import type { Action } from './names.ts';

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
/** struct seccomp_data */
const NUMBER = 0;
const ARCHITECTURE = 4;
/** include/uapi/linux/bpf_common.h */
const LD_W_ABS = 0x20;
const JA = 0x05;
const JEQ = 0x15;
const JGT = 0x25;
const JSET = 0x45;
const RET = 0x06;
const RET_ERRNO = 0x0005_0000;
/** sizeof(struct sock_filter) */
const SIZE = 8;

/** code, jump if true, jump if false, k */
type Instruction = readonly [number, number, number, number];

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
function sectionOf({ auditArchitecture, last, lastX32 }: LastCalls): Instruction[] {
  const limit = last ?? lastX32;
  if (limit === undefined) return [];
  const tests: Instruction[] =
    last === undefined || lastX32 === undefined
      ? [[JGT, 0, 1, limit]]
      : [
          [JSET, 1, 0, X32],
          [JGT, 1, 2, last],
          [JGT, 0, 1, lastX32],
        ];
  const rest: Instruction[] = [
    [LD_W_ABS, 0, 0, NUMBER],
    ...tests,
    [RET, 0, 0, RET_ERRNO | ENOSYS],
    [JA, 0, 0, 0],
  ];
  return [[JEQ, 0, rest.length, auditArchitecture], ...rest];
}

function assemble(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * SIZE);
  const view = new DataView(bytes.buffer);
  instructions.forEach(([code, jumpTrue, jumpFalse, k], index) => {
    const at = index * SIZE;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, jumpTrue);
    view.setUint8(at + 3, jumpFalse);
    view.setUint32(at + 4, k, true);
  });
  return bytes;
}
