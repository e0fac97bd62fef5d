/**
 * The way from JavaScript into the kernel: a Node-API module of one page, assembled from `addon/*.S`, that makes
 * system calls. koffi could do the same; it takes 1.6 ms to load, and most commands need nothing else of it.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { architecture } from './architecture.ts';
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
  /** What arguments point to stands here; whoever begins resets it before. */
  readonly image: MemoryImage;
  readonly #enter: () => void;

  constructor(attach: Attach) {
    const memory = new Uint8Array(ARENA);
    this.#enter = attach(memory);
    const address = Number(new BigUint64Array(memory.buffer, 0, 1)[0]);
    this.image = new MemoryImage(address, memory, () => undefined);
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

  /**
   * Begins to start a program as posix_spawn(3) does: with clean signals, sharing no memory once it is executed. Its
   * result is the process id, or the negative errno of clone(2) or execve(2).
   *
   * @returns from which offset of the image on the addresses of path, argv and envp are to be written
   */
  beginSpawn(): number {
    return this.begin(SPAWN);
  }

  /** Does what was begun. @returns the result, or the negative errno */
  enter(): number {
    this.#enter();
    return this.image.word(RESULT);
  }
}

let gate: Gate | undefined;

export function systemCallGate(): Gate {
  gate ??= new Gate(load());
  return gate;
}

/** Ends the process without the engine's clean-up, exit_group(2). */
export function exitAtOnce(number: number, status: number): void {
  if (gate === undefined) return;
  gate.image.reset(() => undefined);
  gate.image.setWord(gate.begin(number), status);
  gate.enter();
}

function load(): Attach {
  let attach = loadFrom(`${folderOf(process.execPath)}/syscall.node`);
  if (!attach) for (const path of besideBundle()) attach ??= loadFrom(path);
  if (attach) return attach;
  throw new RuntimeError('internal', 'cannot load syscall.node, which stands beside tsrun', {
    hint: 'install tsrun again, or in its sources run npm run build',
  });
}

function loadFrom(path: string): Attach | undefined {
  const module = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch {
    return undefined;
  }
  return module.exports as Attach;
}

/** Where it is for Node that is not ours: beside the bundle, also in its package; in a checkout, where the build puts it. */
function besideBundle(): readonly string[] {
  // Not node:url: loading it takes longer than the addon.
  const here = folderOf(decodeURIComponent(new URL(import.meta.url).pathname));
  return [
    `${here}/../engine/syscall.node`,
    `${here}/../engine/${architecture}/syscall.node`,
    `${here}/../../dist/engine/syscall.node`,
  ];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
