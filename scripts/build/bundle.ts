/**
 * The sources as a few modules, for both engines. An engine pays some 50 µs for every module that it loads, so what
 * belongs to one group of commands is one module: what every command needs with the short commands, what makes a
 * container or a process, and a module for each rare thing, which is loaded when it is needed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { inRoot } from './paths.ts';

/** With all that they import, as far as no group before has it. */
const groups = [
  { name: 'core', test: /\/src\/cli\/main\.ts$/, priority: 3 },
  {
    name: 'core',
    test: /\/src\/(cli\/commands|container)\/(start|state|kill|delete)\.ts$/,
    priority: 2,
  },
  { name: 'making', test: /\/src\/(cli\/commands|container)\/(create|run|exec)\.ts$/, priority: 1 },
];

export interface BundleOptions {
  readonly entry: string;
  /** Emptied before. */
  readonly folder: string;
  readonly format: 'esm' | 'cjs';
  /** Names of the program, as texts of what stands for them. */
  readonly define: Readonly<Record<string, string>>;
  /** In front of each module. */
  readonly intro?: string;
}

/** Writes `main.js` (`main.cjs`) and what it imports. */
export async function bundle({ entry, folder, format, define, intro }: BundleOptions): Promise<void> {
  const extension = format === 'cjs' ? 'cjs' : 'js';
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await using build = await rolldown({
    input: { main: entry },
    platform: 'node',
    tsconfig: inRoot('tsconfig.json'),
    transform: { target: 'node22', define: { ...define } },
    // Some of what is loaded lazily by one command is part of another one's module: that is meant.
    checks: { ineffectiveDynamicImport: false, emptyImportMeta: false },
  });
  await build.write({
    dir: folder,
    format,
    minify: true,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name].${extension}`,
    codeSplitting: { includeDependenciesRecursively: true, groups },
    ...(intro === undefined ? {} : { intro }),
  });
}
