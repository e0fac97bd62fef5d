/**
 * Executes lists of calls whose results are looked at once and then forgotten. For work whose amount an image or a
 * container decides: a step keeps what its calls return until the command ends.
 */
import { type Call, ignoreErrors, type Out, type Results } from '../kernel/call.ts';
import { ENOSYS } from '../kernel/errno.ts';
import { attempt } from '../kernel/local.ts';
import { ResultTable } from './program.ts';
import type { Remote } from './remote.ts';

export interface CallRunner {
  /**
   * Executes all calls, whatever the ones before return. Arguments refer to calls of the same list.
   *
   * @returns the result of each, the negative errno of one that failed; a call that refers to a failed one is skipped
   *   and fails the same way
   */
  run(calls: readonly Call[]): readonly number[];
  /** What a call of the last list has filled in. */
  bytes(of: Call): Uint8Array;
}

/** Executes the calls. @returns what a step's results are; to be looked at before the next list */
export function resultsOf(runner: CallRunner, calls: readonly Call[]): Results {
  const values = new Map<Call, number>();
  runner.run(calls).forEach((value, index) => {
    values.set(calls[index] as Call, value);
  });
  return {
    value: (of) => values.get(of) ?? -ENOSYS,
    bytes: (of) => runner.bytes(of),
  };
}

/** Of one of its arguments: the call is not to be made. */
export function failureBefore({ args }: Call, results: ReadonlyMap<Call, number>): number | undefined {
  for (const arg of args) {
    if (typeof arg !== 'object' || !('kind' in arg) || arg.kind !== 'call') continue;
    const result = results.get(arg);
    if (result !== undefined && result < 0) return result;
  }
  return undefined;
}

/** This process executes them. */
export class LocalRunner implements CallRunner {
  readonly #outs = new Map<Out, Uint8Array>();

  run(calls: readonly Call[]): readonly number[] {
    this.#outs.clear();
    const table = new ResultTable();
    return calls.map((one) => {
      const result = failureBefore(one, table.values) ?? attempt(ignoreErrors(one), table, this.#outs);
      table.note(one, result);
      return result;
    });
  }

  bytes(of: Call): Uint8Array {
    // The one that ran has the same memory: ignoreErrors copies the call, not what it fills.
    return (of.out && this.#outs.get(of.out)) ?? new Uint8Array();
  }
}

/** A stub executes them. */
export class RemoteRunner implements CallRunner {
  readonly #remote: Remote;
  #results = new ResultTable();

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  run(calls: readonly Call[]): readonly number[] {
    if (calls.length === 0) return [];
    const copies = new Map<Call, Call>();
    const tolerant = calls.map((one) => {
      const copy = { ...ignoreErrors(one), args: one.args.map((arg) => copies.get(arg as Call) ?? arg) };
      copies.set(one, copy);
      return copy;
    });
    this.#results = new ResultTable();
    this.#remote.noting(this.#results).run(tolerant);
    return tolerant.map((one) => this.#results.value(one));
  }

  bytes(of: Call): Uint8Array {
    return this.#results.bytes(of);
  }
}
