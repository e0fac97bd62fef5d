/** The few instructions of eBPF that device programs are made of: struct bpf_insn; kernel, bpf/standardization. */

export interface Instruction {
  readonly code: number;
  readonly destination: Register;
  readonly source: Register;
  /** Of memory in bytes; of a jump in instructions, from the next one on. */
  readonly offset: number;
  readonly value: number;
}

type Register = 0 | 1 | 2 | 3 | 4 | 5;

/** The answer. */
export const R0 = 0;
/** The argument, to begin with. */
export const R1 = 1;
export const R2 = 2;
export const R3 = 3;
export const R4 = 4;
export const R5 = 5;

const SIZE = 8;

/** The lowest three bits, and what is done above them. */
const LDX_MEM_W = 0x61;
const ALU_AND_K = 0x54;
const ALU_RSH_K = 0x74;
const ALU_MOV_K = 0xb4;
const ALU_MOV_X = 0xbc;
const JMP_JA = 0x05;
const JMP_JSET_K = 0x45;
const JMP_JNE_K = 0x55;
const JMP_EXIT = 0x95;

/** destination = 32 bits at source + offset */
export function loadWord(destination: Register, source: Register, offset: number): Instruction {
  return instruction(LDX_MEM_W, { destination, source, offset });
}

/** Of these, arithmetic is in 32 bits; the upper half becomes 0. */
export function move(destination: Register, source: Register): Instruction {
  return instruction(ALU_MOV_X, { destination, source });
}

export function set(destination: Register, value: number): Instruction {
  return instruction(ALU_MOV_K, { destination, value });
}

export function and(destination: Register, value: number): Instruction {
  return instruction(ALU_AND_K, { destination, value });
}

export function shiftRight(destination: Register, value: number): Instruction {
  return instruction(ALU_RSH_K, { destination, value });
}

export function jump(offset: number): Instruction {
  return instruction(JMP_JA, { offset });
}

/** @param value is extended with its sign */
export function jumpUnlessEqual(destination: Register, value: number, offset: number): Instruction {
  return instruction(JMP_JNE_K, { destination, value, offset });
}

/** Where any of the bits is set. */
export function jumpIfAny(destination: Register, value: number, offset: number): Instruction {
  return instruction(JMP_JSET_K, { destination, value, offset });
}

export const exit = instruction(JMP_EXIT);

function instruction(code: number, members: Partial<Omit<Instruction, 'code'>> = {}): Instruction {
  return { code, destination: R0, source: R0, offset: 0, value: 0, ...members };
}

/** As the kernel takes them on both architectures: little-endian. */
export function assemble(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(instructions.length * SIZE);
  const view = new DataView(bytes.buffer);
  instructions.forEach(({ code, destination, source, offset, value }, index) => {
    const at = index * SIZE;
    view.setUint8(at, code);
    view.setUint8(at + 1, destination | (source << 4));
    view.setInt16(at + 2, offset, true);
    view.setInt32(at + 4, value, true);
  });
  return bytes;
}
