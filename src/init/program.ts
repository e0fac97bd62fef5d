/**
 * Encodes a list of calls as the message that the init stub executes, and decodes its answer. The layout is
 * described at the head of `src/native/stub.c`.
 */
import { viewOf } from '../kernel/bytes.ts';
import type { Call, Failure, Out, Results } from '../kernel/call.ts';
import { MemoryImage, tooLong } from '../kernel/memory-image.ts';
import { syscallNumber } from '../kernel/syscall-numbers.ts';

/** Where the stub maps its inbox (`ADDRESS`) and how large it is (`SIZE`). */
export const INBOX = 0x20000000;
export const INBOX_SIZE = 8 << 20;
/** Where it shows a result, plus one, of a call with the effect `show`: 8 bytes (`SHOWN`). */
export const SHOWN = INBOX + INBOX_SIZE - 8;
const HEADER = 32;
/** Bytes. */
export const OPERATION = 64;
/** Offsets in an operation. */
const ARGUMENTS = 8;
const STORE = 56;
/** The `nr` that ends a program. */
export const END = 0xffffffff;
const IGNORE = 1 << 6;
const FORK = 1 << 7;
const CONTROL = 1 << 8;
const SHOW = 1 << 9;
const EFFECTS = { fork: FORK, control: CONTROL, show: SHOW } as const;

export interface Program {
  readonly message: Uint8Array;
  /** Bytes of the answer. */
  readonly replyLength: number;
  /** Corrects an argument of a call before the message is sent. */
  setArgument(operation: number, argument: number, value: number): void;
  /** Notes what the calls returned and filled in. @returns the call that stopped the program */
  decode(reply: Uint8Array, results: ResultTable): Failure | undefined;
}

/**
 * @param calls executed in this order
 * @param results what earlier programs returned; calls found there are referred to by value
 * @param missing is asked for results that are neither there nor this program's; by default that is an error
 * @throws RuntimeError where the arguments do not fit into the stub's inbox
 */
export function encodeProgram(
  calls: readonly Call[],
  results: ReadonlyMap<Call, number>,
  missing?: (call: Call, operation: number, argument: number) => number,
): Program {
  let current = 0;
  const image = new MemoryImage(
    INBOX,
    4096 + calls.length * 160,
    (call) => results.get(call),
    missing && ((call, argument) => missing(call, current, argument)),
  );
  image.reserve(HEADER);
  const slots = image.reserve(calls.length * 8);
  for (let index = 0; index < calls.length; index++) {
    const { out, struct } = calls[index] as Call;
    if (out) image.outOffset(out);
    // A result that goes into a struct stands there and not in the table; it is answered all the same.
    if (struct) image.placeStruct(struct, calls);
  }
  const replyLength = image.reserve(0);
  const operations = image.reserve((calls.length + 1) * OPERATION);
  const places: number[] = [];
  for (; current < calls.length; current++) {
    const call = calls[current] as Call;
    const place = image.placeResult(call, slots + current * 8);
    encodeOperation(image, call, operations + current * OPERATION, place);
    places.push(place);
  }
  image.setHalf(operations + calls.length * OPERATION, END);

  const message = finish(image, operations, replyLength);
  return {
    message,
    replyLength,
    setArgument: (operation, argument, value) =>
      image.setWord(operations + operation * OPERATION + ARGUMENTS + argument * 8, value),
    decode: (reply, table) => decode(reply, calls, { image, operations, places }, table),
  };
}

/**
 * Writes a `struct operation` of src/native/operation.h.
 *
 * @param at where it goes
 * @param place where its result will stand
 */
function encodeOperation(image: MemoryImage, call: Call, at: number, place: number): void {
  const references = image.write(at + ARGUMENTS, call.args);
  image.setHalf(at, syscallNumber(call.name));
  image.setHalf(at + 4, flagsOf(call) | references);
  // Its upper half is 0, as it is in new memory.
  image.setHalf(at + STORE, image.address(place));
}

function flagsOf({ tolerated, effect }: Call): number {
  let flags = effect === undefined ? 0 : EFFECTS[effect];
  if (tolerated === undefined) return flags;
  if (tolerated === 'all') flags |= IGNORE;
  else {
    for (let index = 0; index < tolerated.length; index++)
      flags |= (tolerated[index] as number) << (16 + index * 8);
  }
  return flags;
}

function finish(image: MemoryImage, firstOperation: number, replyLength: number): Uint8Array {
  const message = image.bytes();
  if (message.length > INBOX_SIZE) throw tooLong(message.length);
  image.setWord(0, message.length);
  image.setWord(8, 0);
  image.setWord(16, image.address(firstOperation));
  image.setWord(24, replyLength);
  return message;
}

interface Layout {
  readonly image: MemoryImage;
  readonly operations: number;
  /** Where each call's result stands. */
  readonly places: readonly number[];
}

function decode(
  reply: Uint8Array,
  calls: readonly Call[],
  { image, operations, places }: Layout,
  results: ResultTable,
): Failure | undefined {
  const view = viewOf(reply);
  const word = (offset: number) => Number(view.getBigInt64(offset, true));
  const status = word(8);
  const cursor = (word(16) - INBOX - operations) / OPERATION;
  // The stub may have joined a container by now: what it says is checked like any other input.
  if (!Number.isInteger(cursor) || cursor < 0 || cursor > calls.length || status < -4095) {
    throw new TypeError('the init stub sent a malformed answer');
  }
  const done = status < 0 ? cursor : calls.length;
  for (let index = 0; index < done; index++) {
    const call = calls[index] as Call;
    const value = word(places[index] as number);
    const filled = call.out && bytesAt(reply, image.outOffset(call.out), call.out, value);
    results.note(call, value, filled);
  }
  return status < 0 ? { call: calls[cursor] as Call, errno: -status } : undefined;
}

/** Of a buffer that the call has not filled to its end, the rest is nothing to keep. */
function bytesAt(reply: Uint8Array, start: number, { size, counted }: Out, result: number): Uint8Array {
  const filled = counted ? Math.max(0, Math.min(size, result)) : size;
  return reply.slice(start, start + filled);
}

/** Results that accumulate over several programs. */
export class ResultTable implements Results {
  readonly values = new Map<Call, number>();
  readonly #outs = new Map<Out, Uint8Array>();

  /** @param filled what the call has filled in */
  note(call: Call, value: number, filled?: Uint8Array): void {
    this.values.set(call, value);
    if (filled && call.out) this.#outs.set(call.out, filled);
  }

  value(of: Call): number {
    const value = this.values.get(of);
    if (value === undefined) throw new TypeError(`${of.name} has not been executed`);
    return value;
  }

  bytes(of: Call): Uint8Array {
    const bytes = of.out && this.#outs.get(of.out);
    if (!bytes) throw new TypeError(`${of.name} has filled in nothing`);
    return bytes;
  }
}
