/** Configurations on disk, and what loading them says. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { Log } from '../../../src/log/log.ts';
import { generateSpec, serializeSpec } from '../../../src/spec/generate.ts';
import { loadConfig } from '../../../src/spec/load.ts';
import { locate } from '../../../src/spec/locate.ts';
import type { Config } from '../../../src/spec/types.ts';

type Loader = (file: string, log?: Log) => unknown;

/** A valid configuration, fresh for each caller. */
export function validConfig(): Config {
  return generateSpec({ rootless: false, overlay: false, ids: { uid: 0, gid: 0 } });
}

export function validText(): string {
  return serializeSpec(validConfig());
}

/** Writes the text to a file, gives it to `use`, and removes it. */
export function withFile<T>(text: string, use: (file: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'tsrun-spec-'));
  try {
    const file = join(directory, 'config.json');
    writeFileSync(file, text);
    return use(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Loads a config.json with this text. */
export function load(text: string, log?: Log): Config {
  return withFile(text, (file) => loadConfig(file, log));
}

/** The error of loading this text as it would be shown, without the directory. */
export async function failure(text: string, loader: Loader = loadConfig): Promise<RuntimeError> {
  let shown: RuntimeError | undefined;
  let directory = '';
  withFile(text, (file) => {
    directory = file.slice(0, -'config.json'.length);
    try {
      loader(file);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      shown = error;
    }
  });
  if (shown === undefined) throw new Error('the configuration was accepted');
  const located = await locate(shown);
  return new RuntimeError(located.code, located.message.replaceAll(directory, ''), located.details);
}

export async function message(text: string, loader?: Loader): Promise<string> {
  return (await failure(text, loader)).message;
}

/** The message for a valid configuration that was changed in one place; as one line of JSON: column tells nothing. */
export async function messageFor(change: (config: Mutable) => void): Promise<string> {
  const config = validConfig() as unknown as Mutable;
  change(config);
  return (await message(JSON.stringify(config))).replace(/^config\.json:\d+:\d+: /, '');
}

/** The warnings for a valid configuration that was changed in one place. */
export function warningsFor(change: (config: Mutable) => void): string[] {
  const config = validConfig() as unknown as Mutable;
  change(config);
  const warnings: string[] = [];
  const log: Log = { debug() {}, warning: (text) => warnings.push(text.replace(/^.*config\.json: /, '')) };
  load(JSON.stringify(config), log);
  return warnings;
}

/** A configuration that a test may put anything into. */
export interface Mutable {
  [key: string]: unknown;
  ociVersion?: unknown;
  process: {
    [key: string]: unknown;
    user: Record<string, unknown>;
    rlimits: unknown[];
  };
  root: Record<string, unknown>;
  mounts: Record<string, unknown>[];
  linux: {
    [key: string]: unknown;
    namespaces: Record<string, unknown>[];
    resources: Record<string, unknown>;
  };
}
