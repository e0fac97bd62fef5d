/**
 * A system call as data: what is to be called, not yet called.
 *
 * Constructors stand in `calls/`; executors are `local.ts` (this process), `../init/stub-process.ts` (the init
 * stub) and `recording.ts` (text). An argument that is itself a `Call` stands for that call's result, so a list
 * of calls can be handed over whole.
 */
import type { SyscallName } from './syscall-numbers.ts';

/** Memory that the kernel fills in; read it from the executor's results afterwards. */
export interface Out {
  readonly kind: 'out';
  readonly size: number;
  /** The call's result says how many bytes of it are filled; in this process, there are no others to be read. */
  readonly counted?: true;
  /** What the kernel finds in it, if that is not zeros. */
  readonly initial?: Uint8Array;
}

/** Consecutive 64-bit words, by address: a struct of 64-bit members, or an array of pointers. */
export interface Words {
  readonly kind: 'words';
  readonly words: readonly Arg[];
}

/**
 * Two 32-bit members of a struct, one word of it. Results in it have to be known when the call is encoded: those of
 * this process are, and those of a stub's earlier program.
 */
export interface Halves {
  readonly kind: 'halves';
  /** The first member: the lower half. */
  readonly low: number | Call;
  readonly high: number | Call;
}

/**
 * number, bigint: the value. string: address of its UTF-8 bytes and a NUL. Uint8Array: address of a copy.
 * Call: that call's result.
 */
export type Arg = number | bigint | string | Uint8Array | Out | Words | Halves | Call;

export interface Call {
  readonly kind: 'call';
  readonly name: SyscallName;
  readonly args: readonly Arg[];
  /** Errors that do not stop the list; at most two, or all of them. */
  readonly tolerated?: readonly number[] | 'all' | undefined;
  /**
   * `fork`: where the result is 0, the child goes on with the control socket in args[5]. `show`: the stub waits until
   * its driver has taken the result out of its memory.
   */
  readonly effect?: 'fork' | 'control' | 'show' | undefined;
  /** Memory this call has filled when it is done. */
  readonly out?: Out | undefined;
  /** The struct, if the arguments contain one, that takes in results of calls before it. */
  readonly struct?: Words | undefined;
}

/** A file descriptor, or the call whose result will be one. */
export type FdArg = number | Call;

export function call(name: SyscallName, ...args: readonly Arg[]): Call {
  return { kind: 'call', name, args };
}

export function callWithOut(name: SyscallName, out: Out, ...args: readonly Arg[]): Call {
  return { kind: 'call', name, args, out };
}

/** @param struct a part of the arguments; it may contain calls */
export function callWithStruct(name: SyscallName, struct: Words, ...args: readonly Arg[]): Call {
  return { kind: 'call', name, args, struct };
}

/**
 * The same call, but these errors are results and not failures. A later call that refers to a failed one is
 * skipped.
 */
export function tolerate(target: Call, errno: number, other?: number): Call {
  return tolerating(target, other === undefined ? [errno] : [errno, other]);
}

/** The same call, whose errors are all ignored. */
export function ignoreErrors(target: Call): Call {
  return tolerating(target, 'all');
}

/** Property by property: QuickJS takes twice as long for a spread. */
function tolerating({ name, args, effect, out, struct }: Call, tolerated: readonly number[] | 'all'): Call {
  if (effect || out || struct) return { kind: 'call', name, args, tolerated, effect, out, struct };
  return { kind: 'call', name, args, tolerated };
}

export function out(size: number): Out {
  return { kind: 'out', size };
}

/** Memory that the kernel reads and then changes. */
export function inOut(initial: Uint8Array): Out {
  return { kind: 'out', size: initial.length, initial };
}

export function countedOut(size: number): Out {
  return { kind: 'out', size, counted: true };
}

export function words(...values: readonly Arg[]): Words {
  return { kind: 'words', words: values };
}

/** `argv`, `envp`: pointers to the strings, and NULL. There may be more of them than a function has room for arguments. */
export function stringArray(strings: readonly string[]): Words {
  return { kind: 'words', words: [...strings, 0] };
}

export function halves(low: number | Call, high: number | Call): Halves {
  return { kind: 'halves', low, high };
}

/** What an executor knows after it ran: results by call, and memory by `Out`. */
export interface Results {
  /** The call's result; negative errno where it was tolerated. */
  value(of: Call): number;
  /** What the call has filled in. */
  bytes(of: Call): Uint8Array;
}

/** A call that stopped the list. */
export interface Failure {
  readonly call: Call;
  readonly errno: number;
}
