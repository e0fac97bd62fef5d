/** The C compiler, and the emulator that runs what it has made for another processor. */
import { spawnSync } from 'node:child_process';
import { type Arch, hostArch } from './paths.ts';

/** The executable cannot be built on this machine as it is. */
export class CannotBuild extends Error {}

export interface Compiler {
  readonly gcc: string;
  readonly ld: string;
  readonly objcopy: string;
  /** What executes its programs here: nothing, or an emulator. */
  readonly runner: readonly string[];
}

const crossPrefixes = { x64: 'x86_64-linux-gnu-', arm64: 'aarch64-linux-gnu-' } as const;
const crossPackages = { x64: 'gcc-x86-64-linux-gnu', arm64: 'gcc-aarch64-linux-gnu' } as const;
const emulators = { x64: 'qemu-x86_64', arm64: 'qemu-aarch64' } as const;

/** @throws CannotBuild with what is missing, and the package that brings it */
export function compilerFor(arch: Arch): Compiler {
  const isOwn = arch === hostArch();
  const prefix = isOwn ? '' : crossPrefixes[arch];
  if (!runs(`${prefix}gcc`, '--version'))
    throw new CannotBuild(
      `there is no ${prefix}gcc: install ${isOwn ? 'gcc and libc6-dev' : crossPackages[arch]}`,
    );
  const tool = (name: string) =>
    spawnSync(`${prefix}gcc`, [`-print-prog-name=${name}`], { encoding: 'utf8' }).stdout.trim();
  return {
    gcc: `${prefix}gcc`,
    ld: tool('ld'),
    objcopy: tool('objcopy'),
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
