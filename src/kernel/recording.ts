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
  const context = { call, names };
  const args: string[] = [];
  call.args.forEach((arg, index) => {
    const text = (kinds[index] ?? plain)(arg, context);
    if (text !== undefined) args.push(text);
  });
  const result = names.of(call);
  const { tolerated } = call;
  const tolerates = tolerated === 'all' ? tolerated : tolerated?.map(errnoName);
  return {
    call: call.name,
    args,
    ...(result === undefined ? {} : { result }),
    ...(tolerates === undefined ? {} : { tolerates }),
  };
}

/** One line: `openat($1, "null", O_PATH|O_CLOEXEC) = $2  (ENOENT is fine)`. */
export function describeCall(call: Call, names: ResultNames): string {
  return line(describe(call, names));
}

function line(description: Description): string {
  return `${description.call}(${description.args.join(', ')}${ending(description)}`;
}

/** What follows the arguments: `) = $2  (ENOENT is fine)`. */
export function ending({ result, tolerates }: Description): string {
  return `)${result ? ` = ${result}` : ''}${tolerance(tolerates)}`;
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
  for (const call of calls) collectReferences(call, referenced);
  const names = new Map<Call, string>();
  for (const call of new Set(calls)) {
    const isReferenced = referenced.has(call) || (call.out !== undefined && referenced.has(call.out));
    if (isReferenced) names.set(call, `$${names.size + 1}`);
  }
  const taken = new Set(handles.values());
  for (const used of referenced) {
    if (used.kind === 'out' || names.has(used)) continue;
    const name = handles.get(used) ?? unique(`$${used.name}`, taken);
    taken.add(name);
    names.set(used, name);
  }
  const fillers = new Map(calls.flatMap((call) => (call.out ? [[call.out, call] as const] : [])));
  return { of: (call) => names.get(call), filledBy: (memory) => names.get(fillers.get(memory) as Call) };
}

function unique(name: string, taken: ReadonlySet<string>): string {
  let candidate = name;
  for (let count = 2; taken.has(candidate); count++) candidate = `${name}-${count}`;
  return candidate;
}

/** Other calls, and memory that other calls fill in. */
function collectReferences(call: Call, into: Set<Call | Out>): void {
  const collect = (arg: Arg): void => {
    if (typeof arg !== 'object' || !('kind' in arg)) return;
    if (arg.kind === 'words') for (const word of arg.words) collect(word);
    else if (arg.kind === 'halves') for (const half of [arg.low, arg.high]) collect(half);
    else if (arg !== call.out) into.add(arg);
  };
  for (const arg of call.args) collect(arg);
}
