/** A program that is encoded before everything is known that it refers to, while a stub executes the one before. */
import type { Arg, Call } from '../kernel/call.ts';
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
    const own = new Set(calls);
    const isMissing = (arg: Arg) => isCall(arg) && !own.has(arg) && !results.has(arg);
    const awaited: Awaited[] = [];
    for (const [operation, { args }] of calls.entries()) {
      for (const [argument, arg] of args.entries()) {
        if (isMissing(arg)) awaited.push({ call: arg as Call, operation, argument });
        else if (partsOf(arg).some(isMissing)) return undefined;
      }
    }
    const assumed = new Map([...results, ...awaited.map(({ call }) => [call, 0] as const)]);
    return new PreparedProgram(encodeProgram(calls, assumed), awaited);
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

/** What a struct is made of, and the structs in it. */
function partsOf(arg: Arg): readonly Arg[] {
  if (typeof arg !== 'object' || arg instanceof Uint8Array) return [];
  if (arg.kind === 'halves') return [arg.low, arg.high];
  return arg.kind === 'words' ? arg.words.flatMap((word) => [word, ...partsOf(word)]) : [];
}

function isCall(arg: Arg): arg is Call {
  return typeof arg === 'object' && 'kind' in arg && arg.kind === 'call';
}
