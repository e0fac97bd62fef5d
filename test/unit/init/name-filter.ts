/** A seccomp filter that looks at the number of a system call alone. */
import { type SyscallName, syscallNumber } from '../../../src/kernel/syscall-numbers.ts';
import { assemble, type Instruction, JEQ, LD_W_ABS, NUMBER, RET } from '../../../src/seccomp/classic-bpf.ts';

/** @param listed,others `SECCOMP_RET_*` for the calls with these names, and for all others */
export function nameFilter(names: readonly SyscallName[], listed: number, others: number): Uint8Array {
  const comparisons = names.map(
    (name, index): Instruction => [JEQ, names.length - index, 0, syscallNumber(name)],
  );
  return assemble([[LD_W_ABS, 0, 0, NUMBER], ...comparisons, [RET, 0, 0, others], [RET, 0, 0, listed]]);
}
