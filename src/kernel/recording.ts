/**
 * The recording executor: writes calls down in the manner of strace(1) instead of making them. Results that
 * other calls refer to are named `$1`, `$2` …
 */
import type { Arg, Call, Out } from './call.ts';
import { errnoName } from './errno.ts';
import { argumentKinds } from './recording/arguments.ts';
import { plain, type ResultNames } from './recording/kind.ts';

export type { ResultNames } from './recording/kind.ts';

/** A call in words. */
export interface Description {
  readonly call: string;
  readonly args: readonly string[];
  /** What its result is called, where another call refers to it. */
  readonly result?: string;
  /** Names of the errors that do not stop the list. */
  readonly tolerates?: readonly string[] | 'all';
}

/** @param names of the results of all calls that this one may refer to, see `nameResults` */
export function describe(call: Call, names: ResultNames): Description {
  const kinds = argumentKinds(call);
  const args = call.args.flatMap((arg, index) => (kinds[index] ?? plain)(arg, { call, names }) ?? []);
  const result = names.of(call);
  const { tolerated } = call;
  const tolerates = tolerated === 'all' ? tolerated : tolerated.map(errnoName);
  return {
    call: call.name,
    args,
    ...(result === undefined ? {} : { result }),
    ...(tolerates.length > 0 ? { tolerates } : {}),
  };
}

/** One line: `openat($1, "null", O_PATH|O_CLOEXEC) = $2  (ENOENT is fine)`. */
export function describeCall(call: Call, names: ResultNames): string {
  return line(describe(call, names));
}

export function line({ call, args, result, tolerates }: Description): string {
  return `${call}(${args.join(', ')})${result ? ` = ${result}` : ''}${tolerance(tolerates)}`;
}

export function tolerance(tolerates: Description['tolerates']): string {
  if (tolerates === undefined) return '';
  if (tolerates === 'all') return '  (any error is fine)';
  return `  (${tolerates.join(', ')} ${tolerates.length > 1 ? 'are' : 'is'} fine)`;
}

/**
 * Names what the calls refer to.
 *
 * @param calls all of them, in the order in which they are made
 * @param handles names of values that are no call's result; one that has none is called by its system call
 */
export function nameResults(
  calls: readonly Call[],
  handles: ReadonlyMap<Call, string> = new Map(),
): ResultNames {
  const referenced = new Set<Call | Out>();
  for (const call of calls) for (const arg of call.args) collect(arg, referenced);
  const names = new Map<Call, string>();
  const fillers = new Map<Out, string>();
  let count = 0;
  for (const call of calls) {
    const usedElsewhere =
      call.out !== undefined && calls.some((other) => other !== call && refersTo(other, call.out));
    if ((!referenced.has(call) && !usedElsewhere) || names.has(call)) continue;
    const name = `$${++count}`;
    names.set(call, name);
    if (call.out) fillers.set(call.out, name);
  }
  const of = (call: Call) =>
    names.get(call) ?? handles.get(call) ?? (referenced.has(call) ? `$${call.name}` : undefined);
  return { of, filledBy: (memory) => fillers.get(memory) };
}

function refersTo(call: Call, memory: Out | undefined): boolean {
  return memory !== undefined && call.args.includes(memory);
}

function collect(arg: Arg, into: Set<Call | Out>): void {
  if (typeof arg !== 'object' || !('kind' in arg)) return;
  if (arg.kind === 'words') for (const word of arg.words) collect(word, into);
  else into.add(arg);
}
