/** A program that is encoded before everything is known that it refers to, while a stub executes the one before. */
import type { Call } from '../kernel/call.ts';
import { IN_STRUCT } from '../kernel/js-runtime/js-runtime.ts';
import { encodeProgram, type Program } from './program.ts';

type Values = ReadonlyMap<Call, number>;

/** An argument that is the result of a call which is still being made. */
interface Awaited {
  readonly call: Call;
  readonly operation: number;
  readonly argument: number;
}

export class PreparedProgram {
  readonly #program: Program;
  readonly #awaited: readonly Awaited[];

  private constructor(program: Program, awaited: readonly Awaited[]) {
    this.#program = program;
    this.#awaited = awaited;
  }

  /**
   * @param results what is known so far
   * @returns undefined where a struct takes in what is not known yet
   */
  static of(calls: readonly Call[], results: Values): PreparedProgram | undefined {
    const awaited: Awaited[] = [];
    const program = encodeProgram(calls, results, (call, operation, argument) => {
      awaited.push({ call, operation, argument });
      return 0;
    });
    if (awaited.some(({ argument }) => argument === IN_STRUCT)) return undefined;
    return new PreparedProgram(program, awaited);
  }

  /** @returns undefined where something is not known even now */
  complete(results: Values): Program | undefined {
    for (const { call, operation, argument } of this.#awaited) {
      const value = results.get(call);
      if (value === undefined) return undefined;
      this.#program.setArgument(operation, argument, value);
    }
    return this.#program;
  }
}
