/**
 * The way from JavaScript into the kernel: a Node-API module of one page, assembled from `addon/*.S`, that makes
 * system calls. koffi could do the same; it takes 1.6 ms to load, and most commands need nothing else of it.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { MemoryImage } from './memory-image.ts';

const ARENA = 256 * 1024;
/** The block in front of the memory: number, six arguments, result; `addon/x86-64.S` has the same. */
const ARGUMENTS = 8;
const RESULT = 56;
const BLOCK = 64;
/** In place of a number: start a program. */
const SPAWN = -1;

/** Keeps the memory's address for good and writes it into its first word. */
type Attach = (memory: Uint8Array) => () => void;

export class Gate {
  /** What arguments point to stands here; whoever enters resets it before. */
  readonly image: MemoryImage;
  readonly #enter: () => void;

  constructor(attach: Attach) {
    const memory = new Uint8Array(ARENA);
    this.#enter = attach(memory);
    const [low = 0, high = 0] = new Uint32Array(memory.buffer, 0, 2);
    const address = high * 2 ** 32 + low;
    this.image = new MemoryImage(address, memory, () => undefined);
  }

  /**
   * Makes a system call.
   *
   * @param write writes the six arguments from this offset of the image on
   * @returns the result, or the negative errno
   */
  enter(number: number, write: (place: number) => void): number {
    const { image } = this;
    image.reserve(BLOCK);
    image.setWord(0, number);
    write(ARGUMENTS);
    this.#enter();
    return image.word(RESULT);
  }

  /**
   * Starts a program as posix_spawn(3) does: with clean signals, sharing no memory once it is executed.
   *
   * @param write writes the addresses of path, argv and envp from this offset of the image on
   * @returns its process id, or the negative errno of clone(2) or execve(2)
   */
  spawn(write: (place: number) => void): number {
    return this.enter(SPAWN, write);
  }
}

let gate: Gate | undefined;

export function systemCallGate(): Gate {
  gate ??= new Gate(load());
  return gate;
}

/** Ends the process without the engine's clean-up, exit_group(2). */
export function exitAtOnce(number: number, status: number): void {
  gate?.image.reset(() => undefined);
  gate?.enter(number, (place) => gate?.image.setWord(place, status));
}

function load(): Attach {
  for (const path of candidates()) {
    const module = { exports: {} };
    try {
      process.dlopen(module, path);
    } catch {
      continue;
    }
    return module.exports as Attach;
  }
  throw new RuntimeError('internal', 'cannot load syscall.node, which stands beside tsrun', {
    hint: 'run npm run build',
  });
}

/** Beside the engine; beside the bundle; in a checkout, where the build puts it. */
function candidates(): string[] {
  // Not node:url and node:path: loading them takes longer than the addon.
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/'));
  const here = folder(decodeURIComponent(new URL(import.meta.url).pathname));
  const places = [folder(process.execPath), `${here}/../engine`, `${here}/../../dist/engine`];
  return places.map((place) => `${place}/syscall.node`);
}
