/** The results of one bench, as they are kept. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inRoot } from '../scripts/build/paths.ts';
import type { HostFacts } from './host.ts';
import type { RuntimeName } from './runtimes.ts';
import type { Measured } from './scope.ts';

/**
 * `root, version 2`: in a mount namespace where version 2 of cgroups is mounted alone, on a machine that mounts both.
 * `cold page cache`: measured last, because a file that was read again lies in the cache in smaller pieces.
 */
export type ScopeName = 'root' | 'rootless' | 'root, version 2' | 'cold page cache';

export interface Size {
  readonly name: string;
  readonly bytes: number;
}

export interface Results {
  readonly date: string;
  readonly host: HostFacts;
  readonly versions: Readonly<Partial<Record<RuntimeName, string>>>;
  readonly missing: readonly string[];
  readonly runs: number;
  /** Of what is installed, and of packages. */
  readonly sizes: readonly Size[];
  readonly scopes: Readonly<Partial<Record<ScopeName, Readonly<Record<string, Measured>>>>>;
}

/** The chart of the newest results; the README shows it. */
export const chartFile = inRoot('bench/results/chart.svg');

/** @throws Error where there are none */
export function newestResults(): string {
  const newest = globSync(inRoot('bench/results/*.json')).sort().at(-1);
  if (newest === undefined) throw new Error('there are no results below bench/results: npm run bench');
  return newest;
}

export function readResults(file: string): Results {
  return JSON.parse(readFileSync(file, 'utf8')) as Results;
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
