/**
 * The way from JavaScript into the kernel: a block of memory that holds the system call to be made and what its
 * arguments point to.
 */
import { jsRuntime } from '#js-runtime';
import type { Door } from './js-runtime/js-runtime.ts';
import { MemoryImage } from './memory-image.ts';

const ARENA = 256 * 1024;
/** The block in front of the memory: the number, then the arguments (see `Door`). */
const BLOCK = 64;
const ARGUMENTS = 8;

export class Gate {
  /** What arguments point to stands here; whoever begins resets it before. */
  readonly image: MemoryImage;
  readonly #door: Door;

  constructor() {
    const memory = new Uint8Array(ARENA);
    this.#door = jsRuntime.openDoor(memory);
    this.image = new MemoryImage(this.#door.address, memory, () => undefined);
  }

  /**
   * Begins a system call.
   *
   * @returns from which offset of the image on the six arguments are to be written
   */
  begin(number: number): number {
    this.image.reserve(BLOCK);
    this.image.setWord(0, number);
    return ARGUMENTS;
  }

  /** Makes the call that was begun. @returns the result, or the negative errno */
  enter(): number {
    return this.#door.systemCall();
  }

  /**
   * Starts a program. Its path, argv, envp and three descriptors stand where the arguments of a call would (see
   * `Door`).
   *
   * @returns the process id, or the negative errno
   */
  spawn(): number {
    return this.#door.spawn();
  }
}

let gate: Gate | undefined;

export function systemCallGate(): Gate {
  gate ??= new Gate();
  return gate;
}
