/** Executes calls in this process. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Arg, Call, Out, Results } from './call.ts';
import { describeErrno, errnoName } from './errno.ts';
import { systemCallGate } from './gate.ts';
import { syscallNumber } from './syscall-numbers.ts';

function noResult(of: Call): never {
  throw new TypeError(`${of.name} has not been executed`);
}

function resultsIn(earlier: Results): (of: Call) => number {
  return (of) => earlier.value(of);
}

/**
 * Executes one call, whatever it returns.
 *
 * @returns the result, or the negative errno
 */
export function attempt(call: Call, earlier?: Results, outs?: Map<Out, Uint8Array>): number {
  const gate = systemCallGate();
  const { image } = gate;
  image.reset(earlier ? resultsIn(earlier) : noResult);
  const { args, out } = call;
  const place = gate.begin(syscallNumber(call.name));
  for (let index = 0; index < args.length; index += 1) image.write(place + index * 8, args[index] as Arg);
  for (let index = args.length; index < 6; index += 1) image.setWord(place + index * 8, 0);
  const result = gate.enter();
  if (out && outs) outs.set(out, image.copyOf(out, result));
  return result;
}

/**
 * Executes one call.
 *
 * @returns its result; a tolerated error as the negative errno
 * @throws RuntimeError `system`
 */
export function perform(call: Call, earlier?: Results): number {
  const result = attempt(call, earlier);
  if (result < 0 && !isTolerated(call, -result)) throw systemError(call, -result);
  return result;
}

/** Executes one call that fills in memory, and returns that memory. */
export function performForBytes(call: Call): Uint8Array {
  const outs = new Map<Out, Uint8Array>();
  const result = attempt(call, undefined, outs);
  if (result < 0) throw systemError(call, -result);
  return (call.out && outs.get(call.out)) ?? new Uint8Array();
}

export function isTolerated(call: Call, errno: number): boolean {
  return call.tolerated === 'all' || call.tolerated.includes(errno);
}

export function systemError(call: Call, errno: number): RuntimeError {
  return new RuntimeError('system', `${call.name}: ${describeErrno(errno)}`, {
    call: call.name,
    errno: errnoName(errno),
  });
}
