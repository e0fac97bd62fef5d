/** The results of one bench, as they are kept. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HostFacts } from './host.ts';
import type { RuntimeName } from './runtimes.ts';
import type { Measured } from './scope.ts';

/** The last: in a mount namespace where version 2 of cgroups is mounted alone, on a machine that mounts both. */
export type ScopeName = 'root' | 'rootless' | 'root, version 2';

export interface Results {
  readonly date: string;
  readonly host: HostFacts;
  readonly versions: Readonly<Partial<Record<RuntimeName, string>>>;
  readonly missing: readonly string[];
  readonly runs: number;
  readonly scopes: Readonly<Partial<Record<ScopeName, Readonly<Record<string, Measured>>>>>;
}

/** One line per list of samples: readable, and not thousands of lines. */
export function writeResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  const text = JSON.stringify(results, rounded, 1);
  const lists = text.replace(/\[\s*\{[^\]]*\]/g, (list) => list.replace(/\s+/g, ' '));
  writeFileSync(file, `${lists}\n`);
}
