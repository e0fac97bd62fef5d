/**
 * Writes programs of the few instructions of eBPF that device rules are made of: struct bpf_insn; kernel,
 * bpf/standardization/instruction-set.rst. Every container with device rules waits for it, so it makes no objects.
 */

export type Register = 0 | 1 | 2 | 3;

/** The answer. */
export const R0 = 0;
/** The argument. */
export const R1 = 1;
export const R2 = 2;
export const R3 = 3;

/** Class, operation and kind of operand. */
const LDX_MEM_W = 0x61;
const ALU_AND_K = 0x54;
const ALU_RSH_K = 0x74;
const ALU_MOV_K = 0xb4;
const ALU_MOV_X = 0xbc;
const JMP_JA = 0x05;
const JMP_JEQ_K = 0x15;
const JMP_JSET_K = 0x45;
const JMP_JNE_K = 0x55;
const JMP_EXIT = 0x95;

/** A jump whose end is yet to come: the instruction's place. */
export type Jump = number & { readonly brand?: 'jump' };

export class Assembler {
  /** Two for each instruction: code, registers and offset; operand. */
  readonly #halves: number[] = [];

  /** The kernel takes the same on both architectures: little-endian. */
  bytes(): Uint8Array {
    return new Uint8Array(Int32Array.from(this.#halves).buffer);
  }

  /** to = 32 bits at `from` + offset */
  loadWord(to: Register, from: Register, offset: number): void {
    this.#emit(LDX_MEM_W | (to << 8) | (from << 12) | (offset << 16), 0);
  }

  /** Arithmetic is in 32 bits; the upper half becomes 0. */
  move(to: Register, from: Register): void {
    this.#emit(ALU_MOV_X | (to << 8) | (from << 12), 0);
  }

  and(register: Register, value: number): void {
    this.#emit(ALU_AND_K | (register << 8), value);
  }

  shiftRight(register: Register, bits: number): void {
    this.#emit(ALU_RSH_K | (register << 8), bits);
  }

  /** Ends the program. */
  answer(value: 0 | 1): void {
    this.#emit(ALU_MOV_K | (R0 << 8), value);
    this.#emit(JMP_EXIT, 0);
  }

  jump(): Jump {
    return this.#emit(JMP_JA, 0);
  }

  /** @param value is compared as a signed number of 32 bits */
  jumpIfEqual(register: Register, value: number): Jump {
    return this.#emit(JMP_JEQ_K | (register << 8), value);
  }

  jumpUnlessEqual(register: Register, value: number): Jump {
    return this.#emit(JMP_JNE_K | (register << 8), value);
  }

  /** Where any of these bits is set. */
  jumpIfAny(register: Register, bits: number): Jump {
    return this.#emit(JMP_JSET_K | (register << 8), bits);
  }

  /** The jumps end at the next instruction. */
  land(jumps: readonly Jump[]): void {
    for (const jump of jumps) {
      const distance = this.#halves.length / 2 - jump - 1;
      this.#halves[jump * 2] = (this.#halves[jump * 2] ?? 0) | (distance << 16);
    }
  }

  #emit(instruction: number, operand: number): number {
    return this.#halves.push(instruction, operand) / 2 - 1;
  }
}
