/** Messages of sd-bus (libsystemd): written and read value by value, sd_bus_message_append_basic(3) and its like. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type BusValue, type BusVariant, completeTypes, innerSignature } from './bus-signature.ts';
import { describeErrno, errnoName } from './errno.ts';
import { libcFunction, libraryFunction } from './js-runtime/koffi.ts';
import { findLibrary } from './shared-library.ts';

const NAME = 'libsystemd.so.0';

let library: string | undefined;

/** A function of libsystemd. @throws Error where the library, or the function in it, is not to be had */
export function libsystemdFunction(declaration: string): ReturnType<typeof libraryFunction> {
  library ??= findLibrary(NAME) ?? NAME;
  const found = functions.get(declaration) ?? libraryFunction(library, declaration);
  functions.set(declaration, found);
  return found;
}

const functions = new Map<string, ReturnType<typeof libraryFunction>>();

/** Whether the library is where distributions keep it; that costs no loading. */
export function hasLibsystemd(): boolean {
  return findLibrary(NAME) !== undefined;
}

/** Calls a function that returns a negative errno. @throws RuntimeError `system` */
export function checked(declaration: string, ...args: readonly unknown[]): number {
  const result = libsystemdFunction(declaration)(...args);
  if (result >= 0) return result;
  throw functionError(declaration, -result);
}

export function functionError(declaration: string, errno: number): RuntimeError {
  const name = /(\w+)\(/.exec(declaration)?.[1] ?? declaration;
  return new RuntimeError('system', `${name}: ${describeErrno(errno)}`, {
    call: name,
    errno: errnoName(errno),
  });
}

const APPEND = 'int sd_bus_message_append_basic(intptr message, int8 type, const void *value)';
const OPEN = 'int sd_bus_message_open_container(intptr message, int8 type, const char *contents)';
const CLOSE = 'int sd_bus_message_close_container(intptr message)';
const READ = 'int sd_bus_message_read_basic(intptr message, int8 type, void *value)';
const ENTER = 'int sd_bus_message_enter_container(intptr message, int8 type, const char *contents)';
const EXIT = 'int sd_bus_message_exit_container(intptr message)';
const AT_END = 'int sd_bus_message_at_end(intptr message, int complete)';
const PEEK = 'int sd_bus_message_peek_type(intptr message, void *type, void *contents)';

/** @param message `sd_bus_message *` */
export function appendValues(message: number, signature: string, values: readonly BusValue[]): void {
  completeTypes(signature).forEach((type, index) => {
    append(message, type, values[index] as BusValue);
  });
}

function append(message: number, type: string, value: BusValue): void {
  if (type === 'v') {
    const variant = value as BusVariant;
    inContainer(message, 'v', variant.signature, () => append(message, variant.signature, variant.value));
  } else if (type.startsWith('a')) {
    const inner = innerSignature(type);
    inContainer(message, 'a', inner, () => {
      for (const one of value as readonly BusValue[]) append(message, inner, one);
    });
  } else if (type.startsWith('(') || type.startsWith('{')) {
    const inner = innerSignature(type);
    const kind = type.startsWith('(') ? 'r' : 'e';
    inContainer(message, kind, inner, () => appendValues(message, inner, value as readonly BusValue[]));
  } else checked(APPEND, message, code(type), encode(type, value));
}

function inContainer(message: number, kind: string, contents: string, fill: () => void): void {
  checked(OPEN, message, code(kind), contents);
  fill();
  checked(CLOSE, message);
}

/** As libsystemd wants to be pointed to it. */
function encode(type: string, value: BusValue): Uint8Array {
  if ('sog'.includes(type)) return Buffer.from(`${value}\0`);
  const memory = new Uint8Array(8);
  const view = new DataView(memory.buffer);
  if (type === 'd') view.setFloat64(0, Number(value), true);
  // Little-endian: the shorter types are the first bytes of the longest.
  else view.setBigInt64(0, BigInt.asIntN(64, BigInt(value as number | bigint | boolean)), true);
  return memory;
}

export function readValues(message: number, signature: string): BusValue[] {
  return completeTypes(signature).map((type) => read(message, type));
}

function read(message: number, type: string): BusValue {
  if (type === 'v') {
    const signature = contentsOfVariant(message);
    return readContainer(message, 'v', signature, () => ({ signature, value: read(message, signature) }));
  }
  const inner = innerSignature(type);
  if (type.startsWith('a')) {
    return readContainer(message, 'a', inner, () => {
      const values: BusValue[] = [];
      while (checked(AT_END, message, 0) === 0) values.push(read(message, inner));
      return values;
    });
  }
  if (type.startsWith('(')) return readContainer(message, 'r', inner, () => readValues(message, inner));
  if (type.startsWith('{')) return readContainer(message, 'e', inner, () => readValues(message, inner));
  return readBasic(message, type);
}

function readContainer(message: number, kind: string, contents: string, take: () => BusValue): BusValue {
  checked(ENTER, message, code(kind), contents);
  const value = take();
  checked(EXIT, message);
  return value;
}

function contentsOfVariant(message: number): string {
  const contents = new BigUint64Array(1);
  checked(PEEK, message, null, contents);
  return cString(Number(contents[0]));
}

function readBasic(message: number, type: string): BusValue {
  const memory = new Uint8Array(8);
  checked(READ, message, code(type), memory);
  const view = new DataView(memory.buffer);
  switch (type) {
    case 'b':
      return view.getInt32(0, true) !== 0;
    case 'y':
      return view.getUint8(0);
    case 'n':
      return view.getInt16(0, true);
    case 'q':
      return view.getUint16(0, true);
    case 'i':
      return view.getInt32(0, true);
    case 'u':
      return view.getUint32(0, true);
    case 'x':
      return view.getBigInt64(0, true);
    case 't':
      return view.getBigUint64(0, true);
    case 'd':
      return view.getFloat64(0, true);
    default:
      return cString(Number(view.getBigUint64(0, true)));
  }
}

/** What is at the address, up to its zero byte. */
export function cString(address: number): string {
  if (address === 0) return '';
  const length = libcFunction('ulong strlen(intptr text)')(address);
  const bytes = new Uint8Array(length);
  libcFunction('intptr memcpy(void *to, intptr from, ulong size)')(bytes, address, length);
  return Buffer.from(bytes).toString();
}

function code(type: string): number {
  return type.charCodeAt(0);
}
