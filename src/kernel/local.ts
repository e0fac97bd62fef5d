/** Executes calls in this process, through koffi and syscall(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call, Out, Results } from './call.ts';
import { describeErrno, errnoName } from './errno.ts';
import { addressOf, lastErrno, libcFunction } from './ffi.ts';
import { MemoryImage } from './memory-image.ts';
import { syscallNumber } from './syscall-numbers.ts';

const ARENA = 256 * 1024;
const SYSCALL = 'long syscall(long nr, intptr a, intptr b, intptr c, intptr d, intptr e, intptr f)';

let arena: { readonly memory: Uint8Array; readonly address: bigint } | undefined;

function scratch(): { readonly memory: Uint8Array; readonly address: bigint } {
  if (!arena) {
    // Not a Buffer, whose slice() is no copy.
    const memory = new Uint8Array(ARENA);
    arena = { memory, address: addressOf(memory) };
  }
  return arena;
}

const noResults: Results = {
  value: (of) => {
    throw new TypeError(`${of.name} has not been executed`);
  },
  bytes: (of) => {
    throw new TypeError(`${of.name} has not been executed`);
  },
};

/**
 * Executes one call, whatever it returns.
 *
 * @returns the result, or the negative errno
 */
export function attempt(call: Call, earlier: Results = noResults, outs?: Map<Out, Uint8Array>): number {
  const { memory, address } = scratch();
  const image = new MemoryImage(address, memory, (other) => earlier.value(other));
  const args = call.args.map((arg) => image.encode(arg).value);
  const result = libcFunction(SYSCALL)(
    syscallNumber(call.name),
    args[0] ?? 0,
    args[1] ?? 0,
    args[2] ?? 0,
    args[3] ?? 0,
    args[4] ?? 0,
    args[5] ?? 0,
  );
  if (call.out && outs) {
    const offset = image.outOffset(call.out);
    outs.set(call.out, memory.slice(offset, offset + call.out.size));
  }
  return result === -1 ? -lastErrno() : Number(result);
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
