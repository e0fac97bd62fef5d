/**
 * The executable: a static program of C (src/native/) that holds QuickJS and, as a segment of its own, a heap in which
 * the whole program has been evaluated.
 *
 *   script → bytecode            by `compile`, a program of the build
 *   bytecode → heap              by the executable itself, while its heap is still an empty page
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

/** As in src/native/heap.c: PREPARED. */
const heapAddress = '0x200000000';
const page = 4096;

const sources = ['host.c', 'values.c', 'encode.c', 'heap.c', 'seccomp.c'];

/** What the executable was made of, as a metafile of esbuild's format. */
export const inputsFile = join(dist, 'inputs.json');

const flags = [
  ...['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror'],
  // Addresses in the heap are those of the code.
  '-fno-pie',
  ...['-D_FORTIFY_SOURCE=3', '-fstack-protector-strong'],
];

/** @throws Error if a compiler, an emulator or a library is missing */
export function makeExecutable(target: string, arch: Arch, commit: string): void {
  const compiler = compilerFor(arch);
  const libraries = staticLibraries(arch);
  const making = `${target}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  const { text, metafile } = scriptFor(entry, {
    TSRUN_COMMIT: commit,
    TSRUN_QUICKJS: quickjsVersion,
    TSRUN_ARCHITECTURE: arch,
  });
  writeFileSync(join(making, 'script.js'), text);
  writeFileSync(inputsFile, JSON.stringify(metafile));
  const build = new Build(making, compiler, libraries);
  build.compileObjects();
  writeFileSync(join(making, 'empty'), new Uint8Array(page));
  build.link('without-heap', 'empty');
  build.run('compile', 'script.js', 'bytecode');
  build.run('without-heap', 'bytecode', 'heap');
  build.link('tsrun', 'heap');
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

  /** @param heap the file with the heap's contents */
  link(target: string, heap: string): void {
    const { gcc, ld, objcopy } = this.#compiler;
    this.#command(ld, '-r', '-b', 'binary', '-o', 'heap.o', heap);
    const section = '.data=.heap,alloc,load,data,contents';
    this.#command(objcopy, '--rename-section', section, '--strip-all', 'heap.o');
    this.#command(
      gcc,
      ...['-static', '-no-pie', '-s', '-o', target],
      ...sources.map((name) => `${name}.o`),
      ...['heap.o', ...this.#libraries.archives, '-lm'],
      `-Wl,--section-start=.heap=${heapAddress}`,
      // The time of the build would be in the heap (host.c).
      '-Wl,--wrap=gettimeofday',
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
