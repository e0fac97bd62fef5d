/** The C compiler, and the emulator that runs what it has made for another processor. */
import { spawnSync } from 'node:child_process';
import { type Arch, hostArch } from './paths.ts';

/** The executable cannot be built on this machine as it is. */
export class CannotBuild extends Error {}

export interface Compiler {
  readonly gcc: string;
  readonly ld: string;
  readonly objcopy: string;
  /** The C library that is linked statically. */
  readonly libc: string;
  /** What executes its programs here: nothing, or an emulator. */
  readonly runner: readonly string[];
}

interface Target {
  /** As Debian names it; its programs' names begin with it. */
  readonly triplet: string;
  /** Debian's packages on a machine with another processor. */
  readonly crossGcc: string;
  readonly crossLibc: string;
  readonly emulator: string;
}

const targets: Readonly<Record<Arch, Target>> = {
  x64: {
    triplet: 'x86_64-linux-gnu',
    crossGcc: 'gcc-x86-64-linux-gnu',
    crossLibc: 'libc6-dev-amd64-cross',
    emulator: 'qemu-x86_64',
  },
  arm64: {
    triplet: 'aarch64-linux-gnu',
    crossGcc: 'gcc-aarch64-linux-gnu',
    crossLibc: 'libc6-dev-arm64-cross',
    emulator: 'qemu-aarch64',
  },
};

/** As Debian names it. */
export function triplet(arch: Arch): string {
  return targets[arch].triplet;
}

/** Under this name Debian has the machine's own GCC too. */
export function gccCommand(arch: Arch): string {
  return `${triplet(arch)}-gcc`;
}

/** Debian's package. */
export function gccPackage(arch: Arch): string {
  return arch === hostArch() ? 'gcc' : targets[arch].crossGcc;
}

/** Debian's package with the headers of the C library, and the library that is linked statically. */
export function libcPackage(arch: Arch): string {
  return arch === hostArch() ? 'libc6-dev' : targets[arch].crossLibc;
}

/** Why nothing can be compiled for an architecture on this machine; undefined if GCC is there. */
export function missingGcc(arch: Arch): string | undefined {
  if (runs(gccCommand(arch), '--version')) return undefined;
  return `${gccCommand(arch)} is not installed: apt-get install ${gccPackage(arch)}`;
}

/** Why only what needs no C library can be compiled. GCC must be there. */
export function missingLibc(arch: Arch): string | undefined {
  // A file that GCC does not find has no directory in its answer.
  if (ask(arch, '-print-file-name=libc.a') !== 'libc.a') return undefined;
  return `${gccCommand(arch)} finds no libc.a: apt-get install ${libcPackage(arch)}`;
}

/** @throws CannotBuild with what is missing, and the package that brings it */
export function compilerFor(arch: Arch): Compiler {
  const missing = missingGcc(arch) ?? missingLibc(arch);
  if (missing !== undefined) throw new CannotBuild(missing);
  return {
    gcc: gccCommand(arch),
    ld: ask(arch, '-print-prog-name=ld'),
    objcopy: ask(arch, '-print-prog-name=objcopy'),
    libc: ask(arch, '-print-file-name=libc.a'),
    runner: arch === hostArch() ? [] : [emulator(arch)],
  };
}

function ask(arch: Arch, question: string): string {
  return spawnSync(gccCommand(arch), [question], { encoding: 'utf8' }).stdout.trim();
}

function emulator(arch: Arch): string {
  const name = targets[arch].emulator;
  const found = [name, `${name}-static`].find((command) => runs(command, '--version'));
  if (found === undefined) throw new CannotBuild(`${name} is not installed: apt-get install qemu-user`);
  return found;
}

function runs(name: string, ...args: readonly string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0;
}
