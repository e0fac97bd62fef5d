/** Compiles the init stub with GCC, native or cross. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gccCommand } from '../build/compiler.ts';
import { type Arch, inRoot } from '../build/paths.ts';
import { loadedPart } from './elf.ts';

export const stubSource = inRoot('src/native/stub.c');

/** Warnings are errors. */
const warnings = ['-Wall', '-Wextra', '-Werror'];
/** Nothing of a C library, and nothing that a distribution's compiler adds of its own accord. */
const freestanding = [
  ...['-std=gnu17', '-Os', '-ffreestanding', '-fno-pic', '-fomit-frame-pointer', '-mgeneral-regs-only'],
  ...['-fno-stack-protector', '-fno-stack-clash-protection', '-fno-asynchronous-unwind-tables'],
];
const own: Readonly<Record<Arch, readonly string[]>> = {
  x64: ['-fcf-protection=none'],
  arm64: ['-mbranch-protection=none'],
};
/** Pages have up to 64 KiB on aarch64. */
const linking = [
  ...['-nostdlib', '-static', '-s', '-T', inRoot('src/native/stub.ld')],
  '-Wl,--build-id=none,-z,noexecstack,-z,max-page-size=65536',
];

/** What the stub's source is compiled with, linking aside. */
export function stubOptions(arch: Arch): readonly string[] {
  return [...freestanding, ...own[arch], ...warnings];
}

/** What the stub's bytes depend on besides the source. */
export function toolVersions(arch: Arch): string {
  const gcc = gccCommand(arch);
  const linker = run(gcc, ['-print-prog-name=ld']).trim();
  return [gcc, linker].map((tool) => firstLine(run(tool, ['--version']))).join('; ');
}

/** @returns the whole file, ready to be executed */
export function compileStub(arch: Arch): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tsrun-stub-'));
  try {
    const program = join(folder, 'stub');
    run(gccCommand(arch), [...stubOptions(arch), ...linking, '-o', program, stubSource]);
    return loadedPart(readFileSync(program));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function firstLine(text: string): string {
  return text.slice(0, text.indexOf('\n'));
}

function run(command: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`);
  return stdout;
}
