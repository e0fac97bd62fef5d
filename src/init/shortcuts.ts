/**
 * Encodes what the launcher does for a container without an engine. The layout of the file, and how it is executed,
 * is described at the head of `../launcher/shortcut.x86-64.inc`.
 */
import { type Call, call, type Out } from '../kernel/call.ts';
import { MemoryImage } from '../kernel/memory-image.ts';
import { END, encodeOperation, OPERATION } from './program.ts';

/** Where the launcher maps the file (`FILE`). */
const FILE = 0x20000000;
/** "tsrshot2": another layout has another one. */
const MAGIC = 0x32746f6873727374n;
const HEADER = 56;
const CHECK = 0xfffffffe;
const EQUAL = 0xfffffffd;
/** Of an operation: its first argument is the address of the value. */
const FIRST_IS_REFERENCE = 1;

const commands = ['state', 'kill', 'start', 'delete', 'delete --force'] as const;
/** Of a container's first process; `killed` is one that has ended without having executed a program. */
const processStates = ['gone', 'killed', 'ended', 'created', 'running'] as const;

export type ShortCommand = (typeof commands)[number];
export type ProcessState = (typeof processStates)[number];

/** The engine has to go on unless the process is in one of these states. */
export interface Check {
  readonly kind: 'check';
  readonly states: readonly ProcessState[];
}

/** The engine has to go on unless this is the call's result, or the first 64 bits of the memory. */
export interface Equal {
  readonly kind: 'equal';
  readonly left: Call | Out;
  readonly right: number;
}

/** A call that fails, without an error that it tolerates, leaves the rest to the engine. */
export type Instruction = Call | Check | Equal;

export interface Shortcut {
  readonly command: ShortCommand;
  /** In which states of the process it is taken. */
  readonly states: readonly ProcessState[];
  readonly instructions: readonly Instruction[];
}

/** Stand for what the launcher finds: descriptors of the container's directory and of the one above it. */
export const containerDirectory = call('openat');
export const stateDirectory = call('openat');
/** Stands for the number of the signal that is to be sent. */
export const givenSignal = call('kill');

const found = [containerDirectory, stateDirectory, givenSignal];

export function check(...states: readonly ProcessState[]): Check {
  return { kind: 'check', states };
}

export function equal(left: Call | Out, right: number): Equal {
  return { kind: 'equal', left, right };
}

/** The call, from which on the engine gets the connection to the init that is its first argument. */
export function givingConnection(target: Call): Call {
  return { ...target, effect: 'control' };
}

/** @param process the container's first one */
export function encodeShortcuts(
  process: { readonly pid: number; readonly startTime: string },
  shortcuts: readonly Shortcut[],
): Uint8Array {
  const image = new MemoryImage(FILE, 16 * 1024, () => undefined);
  image.reserve(HEADER);
  const table = image.reserve(commands.length * processStates.length * 8);
  image.setWord(0, MAGIC);
  found.forEach((placeholder, index) => {
    image.placeResult(placeholder, 16 + index * 8);
  });
  image.write(40, `/proc/${process.pid}/stat`);
  image.write(48, process.startTime);
  const places = new Map<readonly Instruction[], number>();
  for (const { command, states, instructions } of shortcuts) {
    const first = places.get(instructions) ?? image.address(encode(image, instructions));
    places.set(instructions, first);
    for (const state of states) {
      const row = commands.indexOf(command) * processStates.length;
      image.setWord(table + (row + processStates.indexOf(state)) * 8, first);
    }
  }
  const file = image.bytes();
  image.setWord(8, file.length);
  return file;
}

/** @returns where its first operation stands */
function encode(image: MemoryImage, instructions: readonly Instruction[]): number {
  const results = image.reserve(instructions.length * 8);
  const operations = image.reserve((instructions.length + 1) * OPERATION);
  instructions.forEach((instruction, index) => {
    const at = operations + index * OPERATION;
    switch (instruction.kind) {
      case 'call':
        encodeOperation(image, instruction, at, image.placeResult(instruction, results + index * 8));
        break;
      case 'check':
        image.setHalf(at, CHECK);
        image.setWord(at + 8, bits(instruction.states));
        break;
      case 'equal':
        image.setHalf(at, EQUAL);
        image.setHalf(at + 4, FIRST_IS_REFERENCE);
        image.setWord(at + 8, image.address(place(image, instruction.left)));
        image.setWord(at + 16, instruction.right);
    }
  });
  image.setHalf(operations + instructions.length * OPERATION, END);
  return operations;
}

function bits(states: readonly ProcessState[]): number {
  return states.reduce((mask, state) => mask | (1 << processStates.indexOf(state)), 0);
}

function place(image: MemoryImage, value: Call | Out): number {
  return value.kind === 'out' ? image.outOffset(value) : image.slot(value);
}
