/** The commands that build the executable, in a directory that is made for them. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import type { Compiler } from './compiler.ts';
import type { StaticLibraries } from './debian-libraries.ts';
import { inRoot } from './paths.ts';
import { type Variant, wrapped } from './variants.ts';

export function headerOptions({ include }: StaticLibraries): readonly string[] {
  return include.flatMap((folder) => ['-isystem', folder]);
}

export class NativeBuild {
  readonly #directory: string;
  readonly #variant: Variant;
  readonly #compiler: Compiler;
  readonly #libraries: StaticLibraries;

  constructor(directory: string, variant: Variant, compiler: Compiler, libraries: StaticLibraries) {
    this.#directory = directory;
    this.#variant = variant;
    this.#compiler = compiler;
    this.#libraries = libraries;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#directory, name), text);
  }

  compileObjects(): void {
    const { gcc } = this.#compiler;
    const { archives } = this.#libraries;
    const options = [...this.#variant.compile, ...headerOptions(this.#libraries)];
    for (const name of [...this.#variant.sources, 'compile.c'])
      this.#command(gcc, ...options, '-c', '-o', `${name}.o`, inRoot('src/native', name));
    const objects = ['compile.c.o', 'file.c.o'];
    this.#command(gcc, ...this.#variant.link, '-no-pie', '-o', 'compile', ...objects, ...archives, '-lm');
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
      ...[...this.#variant.link, '-no-pie', '-o', target],
      ...this.#variant.sources.map((name) => `${name}.o`),
      ...[heap, ...this.#libraries.archives, '-lm'],
      `-Wl,--section-start=.heap=${this.#variant.heapAddress}`,
      ...wrapped.map((name) => `-Wl,--wrap=${name}`),
      ...['-Wl,--build-id=none', '-Wl,-z,noexecstack', '-Wl,-z,relro,-z,now'],
    );
  }

  /** Runs a program that was made here. */
  run(name: string, ...args: readonly string[]): void {
    const [first = '', ...rest] = [...this.#compiler.runner, join(this.#directory, name), ...args];
    this.#command(first, ...rest);
  }

  /** Moves what was made to its place, and removes the rest. */
  finish(name: string, target: string): void {
    renameSync(join(this.#directory, name), target);
    rmSync(this.#directory, { recursive: true });
  }

  #command(name: string, ...args: readonly string[]): void {
    // The programs of the build end without releasing anything.
    const env = { PATH: process.env.PATH, LC_ALL: 'C', ASAN_OPTIONS: 'detect_leaks=0:log_path=stderr' };
    command(name, args, this.#directory, env);
  }
}
