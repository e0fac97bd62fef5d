/** The program for Bun: one executable with the engine, the sources and their bytecode. */
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Arch, dist, hostArch, inRoot } from './paths.ts';

/** What the program for Bun was made of, as a metafile of esbuild's format. */
export const inputsFile = join(dist, 'inputs.json');

/** Makes `dist/engine/tsrun-bun`, or removes it where there is no Bun for this machine. */
export function bundleForBun(entry: string, commit: string): void {
  const target = join(dist, 'engine/tsrun-bun');
  const bun = bunPath();
  if (bun === undefined) {
    console.error('no Bun for this machine: tsrun will run on Node');
    rmSync(target, { force: true });
    return;
  }
  compile({ bun, entry, commit, target });
}

export interface Compilation {
  /** The Bun that builds. */
  readonly bun: string;
  readonly entry: string;
  readonly commit: string;
  readonly target: string;
  /** Another processor, and the Bun for it, which becomes part of the program in the place of the one that builds. */
  readonly other?: { readonly arch: Arch; readonly bun: string };
}

/** Makes the executable at `target`. */
export function compile({ bun, entry, commit, target, other }: Compilation): void {
  const staging = `${target}.new`;
  const flags = [
    ...['--compile', '--bytecode', '--minify', '--format=esm'],
    // Without, the bytecode of everything is loaded at start: 1.2 ms.
    '--splitting',
    // Compiled programs take .env and bunfig.toml (with preload scripts!) from the working directory by default.
    ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
    ...['--no-compile-autoload-tsconfig', '--no-compile-autoload-package-json'],
    // `process.arch` is a constant in what is compiled.
    ...(other ? [`--target=bun-linux-${other.arch}`, `--compile-executable-path=${other.bun}`] : []),
    `--define=TSRUN_COMMIT=${JSON.stringify(commit)}`,
    // Where packages stood when they were bundled, on this machine: nothing asks for it.
    '--define=__dirname="/"',
    // What is in there, for the list of licences.
    `--metafile=${inputsFile}`,
    `--outfile=${staging}`,
  ];
  const { status, stdout, stderr } = spawnSync(bun, ['build', entry, ...flags], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: dist },
    cwd: dist,
  });
  if (status !== 0) throw new Error(`bun build failed with status ${status}:\n${stdout}${stderr}`);
  renameSync(staging, target);
}

/** Bun's packages, for all processors of an architecture: the other one for x64 may need AVX2. */
export const bunPackages = { x64: '@oven/bun-linux-x64-baseline', arm64: '@oven/bun-linux-aarch64' } as const;

/** The Bun that this machine runs. */
export function bunPath(): string | undefined {
  const path = inRoot('node_modules', bunPackages[hostArch()], 'bin/bun');
  return existsSync(path) ? path : undefined;
}
