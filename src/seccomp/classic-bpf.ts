/** Instructions of classic BPF, include/uapi/linux/bpf_common.h, on struct seccomp_data. */

export const LD_W_ABS = 0x20;
export const AND = 0x54;
export const JA = 0x05;
export const JEQ = 0x15;
export const JGT = 0x25;
export const JGE = 0x35;
export const JSET = 0x45;
export const RET = 0x06;

/** Offsets in struct seccomp_data. */
export const NUMBER = 0;
export const ARCHITECTURE = 4;
export const ARGUMENTS = 16;

/** sizeof(struct sock_filter) */
const SIZE = 8;

/** code, jump if true, jump if false, k */
export type Instruction = readonly [number, number, number, number];

export function assemble(instructions: readonly Instruction[]): Uint8Array {
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
