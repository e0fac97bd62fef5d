/** Executes calls in this process. */

import { jsRuntime } from '#js-runtime';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Arg, Call, Out, Results } from './call.ts';
import { describeErrno, errnoName } from './errno.ts';
import type { Word } from './js-runtime/js-runtime.ts';
import { MemoryImage } from './memory-image.ts';
import { syscallNumber } from './syscall-numbers.ts';

/**
 * Large enough for every struct with pointers, and what they point to. It is a part of the prepared heap: made at run
 * time, it would be filled with zeros to its end. The heap's word in front of it makes the size a round one.
 */
const memory = new Uint8Array(256 * 1024 - 8);

let arena: MemoryImage | undefined;

/** Memory of this process for what arguments have the address of, if they bring none of their own; used anew each time. */
export function emptyArena(earlier?: Results): MemoryImage {
  const known = (of: Call) => resultOf(of, earlier);
  if (arena) arena.reset(known);
  else arena = new MemoryImage(jsRuntime.door.addressOf(memory), memory, known);
  return arena;
}

function resultOf(of: Call, earlier: Results | undefined): number {
  if (earlier) return earlier.value(of);
  throw new TypeError(`${of.name} has not been executed`);
}

/**
 * Executes one call, whatever it returns.
 *
 * @returns the result, or the negative errno
 */
export function attempt(call: Call, earlier?: Results, outs?: Map<Out, Uint8Array>): number {
  const { args, out } = call;
  let image: MemoryImage | undefined;
  let words = args as readonly Word[];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] as Arg;
    if (typeof arg !== 'object' || arg instanceof Uint8Array) continue;
    if (arg.kind === 'call') {
      words = words.with(index, resultOf(arg, earlier));
      continue;
    }
    if (!image) {
      image = emptyArena(earlier);
      if (out) image.outOffset(out);
    }
    words = words.with(index, image.addressOf(arg));
  }
  const result = jsRuntime.door.systemCall(syscallNumber(call.name), words);
  if (image && out && outs) outs.set(out, filled(image.memoryOf(out), out, result));
  return result;
}

/** A copy: the next call uses the same memory. */
function filled(memory: Uint8Array, { counted }: Out, result: number): Uint8Array {
  return counted ? memory.slice(0, Math.max(0, Math.min(memory.length, result))) : memory.slice();
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
  return call.tolerated === 'all' || call.tolerated?.includes(errno) === true;
}

export function systemError(call: Call, errno: number): RuntimeError {
  return new RuntimeError('system', `${call.name}: ${describeErrno(errno)}`, {
    call: call.name,
    errno: errnoName(errno),
  });
}
