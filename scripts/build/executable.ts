/**
 * The executable: a static program of C (src/native/) that holds QuickJS and, as a segment of its own, a heap in which
 * the whole program has been evaluated.
 *
 *   script → bytecode            by `compile`, a program of the build
 *   bytecode → heap              by the executable itself, while its heap is still empty
 *   the same objects + heap      linked once more: nothing but the heap differs
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { type Compiler, compilerFor } from './compiler.ts';
import { quickjsVersion, type StaticLibraries, staticLibraries } from './debian-libraries.ts';
import { type Arch, dist, inRoot } from './paths.ts';
import { scriptFor } from './script.ts';

const entry = 'src/cli/start-executable.ts';

/** As in src/native/heap.c: PREPARED and PREPARED_LIMIT. */
const heapAddress = '0x200000000';
const heapLimit = '64 << 20';

const sources = ['host.c', 'values.c', 'encode.c', 'heap.c', 'math.c', 'seccomp.c'];

/** The time of the build would be in the heap (host.c), and addresses that fit this machine's processor (math.c). */
const wrapped = [
  'gettimeofday',
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'ceil', 'cos', 'cosh', 'exp'],
  ...['expm1', 'floor', 'log', 'log10', 'log1p', 'log2', 'sin', 'sinh', 'sqrt', 'tan', 'tanh', 'trunc'],
];

/**
 * C in place of the heap, as long as that is being made: memory of its largest size, so that what the C library
 * allocates begins behind it.
 */
const roomForHeap = `char room[${heapLimit}];\n`;

/** What the executable was made of, as a metafile of esbuild's format. */
export const inputsFile = join(dist, 'inputs.json');

const flags = [
  ...['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror'],
  // Addresses in the heap are those of the code.
  '-fno-pie',
  ...['-D_FORTIFY_SOURCE=3', '-fstack-protector-strong'],
];

/** @throws Error if a compiler, an emulator or a library is missing */
export async function makeExecutable(target: string, arch: Arch, commit: string): Promise<void> {
  const compiler = compilerFor(arch);
  const libraries = staticLibraries(arch);
  const making = `${target}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const { text, metafile } = await scriptFor(entry, {
    TSRUN_COMMIT: commit,
    TSRUN_QUICKJS: quickjsVersion,
    TSRUN_ARCHITECTURE: arch,
  });
  writeFileSync(join(making, 'script.js'), text);
  writeFileSync(inputsFile, JSON.stringify(metafile));
  const build = new Build(making, compiler, libraries);
  build.compileObjects();
  writeFileSync(join(making, 'room.c'), roomForHeap);
  build.makeRoom('room.c', 'room.o');
  build.link('without-heap', 'room.o');
  build.run('compile', 'script.js', 'bytecode');
  build.run('without-heap', 'bytecode', 'heap');
  build.makeObject('heap', 'heap.o');
  build.link('tsrun', 'heap.o');
  renameSync(join(making, 'tsrun'), target);
  rmSync(making, { recursive: true });
}

class Build {
  readonly #directory: string;
  readonly #compiler: Compiler;
  readonly #libraries: StaticLibraries;

  constructor(directory: string, compiler: Compiler, libraries: StaticLibraries) {
    this.#directory = directory;
    this.#compiler = compiler;
    this.#libraries = libraries;
  }

  compileObjects(): void {
    const { gcc } = this.#compiler;
    const { include, archives } = this.#libraries;
    const headers = include.flatMap((folder) => ['-isystem', folder]);
    for (const name of [...sources, 'compile.c'])
      this.#command(gcc, ...flags, ...headers, '-c', '-o', `${name}.o`, inRoot('src/native', name));
    this.#command(gcc, '-static', '-no-pie', '-o', 'compile', 'compile.c.o', ...archives, '-lm');
  }

  /** An object whose section `.heap` has no contents. */
  makeRoom(source: string, object: string): void {
    const { gcc, objcopy } = this.#compiler;
    this.#command(gcc, '-fno-pie', '-c', '-o', object, source);
    this.#command(objcopy, '--rename-section', '.bss=.heap,alloc', object);
  }

  /** An object whose section `.heap` has a file's contents. */
  makeObject(file: string, object: string): void {
    const { ld, objcopy } = this.#compiler;
    this.#command(ld, '-r', '-b', 'binary', '-o', object, file);
    this.#command(objcopy, '--rename-section', '.data=.heap,alloc,load,data,contents', '--strip-all', object);
  }

  /** @param heap what brings the section `.heap` */
  link(target: string, heap: string): void {
    this.#command(
      this.#compiler.gcc,
      ...['-static', '-no-pie', '-s', '-o', target],
      ...sources.map((name) => `${name}.o`),
      ...[heap, ...this.#libraries.archives, '-lm'],
      `-Wl,--section-start=.heap=${heapAddress}`,
      ...wrapped.map((name) => `-Wl,--wrap=${name}`),
      ...['-Wl,--build-id=none', '-Wl,-z,noexecstack', '-Wl,-z,relro,-z,now'],
    );
  }

  /** Runs a program that was made here. */
  run(name: string, ...args: readonly string[]): void {
    const [first = '', ...rest] = [...this.#compiler.runner, join(this.#directory, name), ...args];
    this.#command(first, ...rest);
  }

  #command(name: string, ...args: readonly string[]): void {
    command(name, args, this.#directory, { PATH: process.env.PATH, LC_ALL: 'C' });
  }
}

/** Whether a file is such an executable: it is one program, not a script that starts Node. */
export function isExecutable(path: string): boolean {
  return readFileSync(path).subarray(1, 4).toString() === 'ELF';
}
