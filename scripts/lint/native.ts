/** The C sources: their format, and what the compiler's analyzer finds. What could not be checked is named. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { gccCommand, missingGcc, missingLibc } from '../build/compiler.ts';
import { cachedLibraries } from '../build/debian-libraries.ts';
import { headerOptions } from '../build/native-build.ts';
import { hostArch, inRoot, root } from '../build/paths.ts';
import { released, sanitized } from '../build/variants.ts';
import { stubOptions } from '../stub/compiler.ts';

const folder = 'src/native';
const stub = 'stub.c';
/** Not in the variant that is released. */
const forSanitizers = 'sanitized.c';

/** @param write whether the format is corrected @returns 0 unless something was found */
export function lintNative(write: boolean): number {
  return Math.max(format(write), analyze());
}

function format(write: boolean): number {
  const mode = write ? ['-i'] : ['--dry-run', '-Werror'];
  const result = run('clang-format', [...mode, ...sources(/\.[ch]$/).map((name) => `${folder}/${name}`)]);
  return (
    result ?? leaveOut(folder, 'formatted', 'clang-format is not installed: apt-get install clang-format')
  );
}

function analyze(): number {
  const missing = missingGcc(hostArch());
  if (missing !== undefined) return leaveOut(folder, 'analyzed', missing);
  return Math.max(analyzeSource(stub, stubOptions(hostArch())), analyzeExecutable());
}

/** The sources that need a C library, QuickJS or libseccomp. */
function analyzeExecutable(): number {
  const leaveOutOthers = (reason: string) => leaveOut(`${folder} except ${stub}`, 'analyzed', reason);
  const missing = missingLibc(hostArch());
  if (missing !== undefined) return leaveOutOthers(missing);
  const libraries = cachedLibraries(hostArch());
  if (libraries === undefined) return leaveOutOthers('QuickJS has not been downloaded yet: npm run build');
  const headers = headerOptions(libraries);
  const others = sources(/\.c$/).filter((name) => name !== stub);
  return Math.max(...others.map((name) => analyzeSource(name, [...optionsFor(name), ...headers])));
}

function optionsFor(name: string): readonly string[] {
  return name === forSanitizers ? sanitized('').compile : released.compile;
}

/** The analyzer belongs to the compilation proper: -fsyntax-only ends before it. */
function analyzeSource(name: string, options: readonly string[]): number {
  const source = `${folder}/${name}`;
  return run(gccCommand(hostArch()), [...options, '-fanalyzer', '-c', '-o', '/dev/null', source]) ?? 1;
}

function sources(pattern: RegExp): string[] {
  return readdirSync(inRoot(folder)).filter((name) => pattern.test(name));
}

function leaveOut(what: string, how: string, reason: string): number {
  console.log(`${what} was not ${how}: ${reason}`);
  return 0;
}

/** @returns its status; undefined if it is not installed */
function run(command: string, args: readonly string[]): number | undefined {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return error === undefined ? (status ?? 1) : undefined;
}
