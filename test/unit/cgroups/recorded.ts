/** Steps in short: which call, on what. */
import type { Step } from '../../../src/init/step.ts';
import type { Arg, Call, Results } from '../../../src/kernel/call.ts';

export function shortCalls(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => (step.kind === 'calls' ? step.calls.map(short) : []));
}

function short({ name, args }: Call): string {
  const texts = args.flatMap((arg) => textOf(arg));
  return [name, ...texts].join(' ');
}

function textOf(arg: Arg): string[] {
  if (typeof arg === 'string') return [arg];
  return arg instanceof Uint8Array ? [Buffer.from(arg).toString()] : [];
}

/** Every call returns the same. */
export function allResults(value: (call: Call) => number): Results {
  return { value, bytes: () => new Uint8Array() };
}
