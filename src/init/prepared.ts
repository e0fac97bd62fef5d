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
    for (let operation = 0; operation < calls.length; operation++) {
      const { args } = calls[operation] as Call;
      for (let argument = 0; argument < args.length; argument++) {
        const arg = args[argument] as Arg;
        if (typeof arg !== 'object') continue;
        if (isMissing(arg)) awaited.push({ call: arg as Call, operation, argument });
        else if (hasInside(arg, isMissing)) return undefined;
      }
    }
    const assumed = new Map(results);
    for (const { call } of awaited) assumed.set(call, 0);
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

/** Whether there is such a thing in a struct, or in one inside it. */
function hasInside(arg: Arg, isSuch: (part: Arg) => boolean): boolean {
  if (typeof arg !== 'object' || arg instanceof Uint8Array) return false;
  if (arg.kind === 'halves') return isSuch(arg.low) || isSuch(arg.high);
  if (arg.kind !== 'words') return false;
  for (const word of arg.words) if (isSuch(word) || hasInside(word, isSuch)) return true;
  return false;
}

function isCall(arg: Arg): arg is Call {
  return typeof arg === 'object' && 'kind' in arg && arg.kind === 'call';
}
