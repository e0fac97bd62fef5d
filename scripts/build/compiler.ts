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

const crossPrefixes = { x64: 'x86_64-linux-gnu-', arm64: 'aarch64-linux-gnu-' } as const;
const crossPackages = {
  x64: 'gcc-x86-64-linux-gnu and libc6-dev-amd64-cross',
  arm64: 'gcc-aarch64-linux-gnu and libc6-dev-arm64-cross',
} as const;
const emulators = { x64: 'qemu-x86_64', arm64: 'qemu-aarch64' } as const;

/** @throws CannotBuild with what is missing, and the package that brings it */
export function compilerFor(arch: Arch): Compiler {
  const isOwn = arch === hostArch();
  const gcc = `${isOwn ? '' : crossPrefixes[arch]}gcc`;
  const missing = (what: string) =>
    new CannotBuild(`there is no ${what}: install ${isOwn ? 'gcc and libc6-dev' : crossPackages[arch]}`);
  if (!runs(gcc, '--version')) throw missing(gcc);
  const ask = (question: string) => spawnSync(gcc, [question], { encoding: 'utf8' }).stdout.trim();
  // What gcc does not find it returns as it was.
  const libc = ask('-print-file-name=libc.a');
  if (libc === 'libc.a') throw missing(`libc.a for ${gcc}`);
  return {
    gcc,
    ld: ask('-print-prog-name=ld'),
    objcopy: ask('-print-prog-name=objcopy'),
    libc,
    runner: isOwn ? [] : [emulator(arch)],
  };
}

function emulator(arch: Arch): string {
  const found = [emulators[arch], `${emulators[arch]}-static`].find((name) => runs(name, '--version'));
  if (found === undefined) throw new CannotBuild(`there is no ${emulators[arch]}: install qemu-user`);
  return found;
}

function runs(name: string, ...args: readonly string[]): boolean {
  return spawnSync(name, args, { stdio: 'ignore' }).status === 0;
}
