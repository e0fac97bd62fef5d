/**
 * What a compiled filter says of one system call: classic BPF over `struct seccomp_data`, seccomp(2). Of the
 * instructions, only those that libseccomp and this folder write.
 */

import { architecture } from '../kernel/architecture.ts';
import { viewOf } from '../kernel/bytes.ts';

/** linux/audit.h */
const AUDIT_ARCH = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

export const SECCOMP_RET_ALLOW = 0x7fff0000;
export const SECCOMP_RET_LOG = 0x7ffc0000;
export const SECCOMP_RET_USER_NOTIF = 0x7fc00000;
const SECCOMP_RET_KILL_PROCESS = 0x80000000;
const SECCOMP_RET_ACTION_FULL = 0xffff0000;

/** linux/bpf_common.h: class, size or operation, source. */
const LOAD_WORD = 0x20;
const AND = 0x54;
const RETURN = 0x06;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_GREATER = 0x25;
const JUMP_IF_NOT_LESS = 0x35;
const JUMP_IF_SET = 0x45;

/** sizeof(struct sock_filter) */
const INSTRUCTION = 8;

/** @returns `SECCOMP_RET_*` without its data; the strictest for a program that cannot be followed */
export function verdict(program: Uint8Array, number: number, args: readonly number[]): number {
  const view = viewOf(program);
  const data = seccompData(number, args);
  let value = 0;
  for (let at = 0; at + INSTRUCTION <= program.length; at += INSTRUCTION) {
    const code = view.getUint16(at, true);
    const operand = view.getUint32(at + 4, true);
    if (code === RETURN) return (operand & SECCOMP_RET_ACTION_FULL) >>> 0;
    if (code === LOAD_WORD) value = data[operand / 4] ?? 0;
    else if (code === AND) value = (value & operand) >>> 0;
    else if (code === JUMP) at += operand * INSTRUCTION;
    else {
      const holds = compare(code, value, operand);
      if (holds === undefined) return SECCOMP_RET_KILL_PROCESS;
      at += view.getUint8(at + (holds ? 2 : 3)) * INSTRUCTION;
    }
  }
  return SECCOMP_RET_KILL_PROCESS;
}

function compare(code: number, value: number, operand: number): boolean | undefined {
  switch (code) {
    case JUMP_IF_EQUAL:
      return value === operand;
    case JUMP_IF_GREATER:
      return value > operand;
    case JUMP_IF_NOT_LESS:
      return value >= operand;
    case JUMP_IF_SET:
      return (value & operand) !== 0;
    default:
      return undefined;
  }
}

/** nr, arch, the two halves of the instruction pointer, and those of six arguments. */
function seccompData(number: number, args: readonly number[]): Uint32Array {
  const data = new Uint32Array(16);
  data[0] = number;
  data[1] = AUDIT_ARCH[architecture];
  args.forEach((value, index) => {
    data[4 + index * 2] = value;
    data[5 + index * 2] = Math.floor(value / 2 ** 32);
  });
  return data;
}
