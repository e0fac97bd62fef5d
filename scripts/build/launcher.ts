/**
 * Writes the launchers: the assembled program (src/launcher/) and behind it the table of engines, in order of
 * preference. Here, and nowhere else, is decided which engine `bin/tsrun` starts.
 */
import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { launcherBytes } from '../../src/launcher/bytes.ts';
import { dist, hostArch, inRoot } from './paths.ts';

export interface Engine {
  readonly executable: string;
  /** Put before the caller's arguments; a `{ path }` is found relative to the launcher. */
  readonly args: readonly (string | { readonly path: string })[];
  /** All of the engine's environment: the caller's variables do not reach it by name. */
  readonly env: Readonly<Record<string, string>>;
}

/** What Bun is told. */
export const bunEnvironment = {
  // A process of ten milliseconds gains nothing from compilers: 0.4 ms and 2 MB less, and no writable code.
  BUN_JSC_useJIT: '0',
  // A crash is nobody else's business.
  BUN_ENABLE_CRASH_REPORTING: '0',
};

const bun: Engine = { executable: join(dist, 'engine/tsrun-bun'), args: [], env: bunEnvironment };

const node: Engine = {
  executable: join(dist, 'engine/node'),
  // With the usual space for young objects, a chatty hook lets Node grow to three times the memory before it collects.
  args: ['--no-warnings', '--max-semi-space-size=1', { path: join(dist, 'node/main.cjs') }],
  env: {},
};

/** The size that the program's ELF header names (SIZE in src/launcher/*.S). */
const fileSize = 0x2000;

/** Makes `bin/tsrun`, `dist/bin/tsrun-node` and, where there is a Bun, `dist/bin/tsrun-bun`. */
export function writeLaunchers(): void {
  const preferred = existsSync(bun.executable) ? [bun, node] : [node];
  writeLauncher(inRoot('bin/tsrun'), preferred);
  writeLauncher(join(dist, 'bin/tsrun-node'), [node]);
  if (existsSync(bun.executable)) writeLauncher(join(dist, 'bin/tsrun-bun'), [bun]);
}

/** Writes an executable launcher for engines that are found from its own place. */
export function writeLauncher(path: string, engines: readonly Engine[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, launcherFile(dirname(path), engines));
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
}

/** The launcher that stands in a directory. */
export function launcherFile(directory: string, engines: readonly Engine[], arch = hostArch()): Buffer {
  const program = Buffer.from(launcherBytes[arch], 'base64');
  const table = engines.flatMap((engine) => records(engine, directory)).map((text) => `${text}\0`);
  const file = Buffer.alloc(fileSize);
  const used = program.copy(file) + file.write(table.join(''), program.length);
  // The last byte stays zero: the empty string that ends the table.
  if (used >= fileSize) throw new Error(`the launcher's table is too long: ${used} of ${fileSize} bytes`);
  return file;
}

/** The launcher pushes arguments in front of one another: the last comes first. */
function records({ executable, args, env }: Engine, from: string): string[] {
  return [
    ...Object.entries(env).map(([name, value]) => `V${name}=${value}`),
    ...args.map((arg) => (typeof arg === 'string' ? `A${arg}` : `P${relative(from, arg.path)}`)).reverse(),
    `E${relative(from, executable)}`,
  ];
}
