/** The C sources: their format, and what the compiler's analyzer finds. Programs that are not installed are named. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { hostArch, inRoot, root } from '../build/paths.ts';
import { stubOptions, stubSource } from '../stub/compiler.ts';

const folder = 'src/native';

/** @param write whether the format is corrected @returns 0 unless something was found */
export function lintNative(write: boolean): number {
  return Math.max(format(write), analyze());
}

function format(write: boolean): number {
  const sources = readdirSync(inRoot(folder)).filter((name) => /\.[ch]$/.test(name));
  const mode = write ? ['-i'] : ['--dry-run', '-Werror'];
  return check('clang-format', 'clang-format', [...mode, ...sources.map((name) => `${folder}/${name}`)]);
}

/** The analyzer belongs to the compilation proper: -fsyntax-only ends before it. */
function analyze(): number {
  return check('gcc', 'gcc', [...stubOptions(hostArch()), '-fanalyzer', '-c', '-o', '/dev/null', stubSource]);
}

/** @param debian the package that brings the command */
function check(command: string, debian: string, args: readonly string[]): number {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error === undefined) return status ?? 1;
  console.log(`${folder} was not checked with ${command}: apt-get install ${debian}`);
  return 0;
}
