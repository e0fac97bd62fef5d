/** The results of one measurement, as they are kept. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { inRoot } from '../scripts/build/paths.ts';
import type { HostFacts } from './host.ts';
import type { Sample, Task } from './protocol.ts';
import type { RuntimeName } from './runtime-names.ts';
import { perUnit, type Row, type ScopeName } from './scenarios.ts';
import type { Rounds } from './statistics.ts';

export interface Size {
  readonly name: string;
  readonly bytes: number;
}

export interface Measured {
  /** Which cgroups a container of this runtime has of its own, such as `v1: 9 of 9, v2`; `none`. */
  cgroups?: string;
  /** Samples by task; the index is the round, null means that this runtime did not take part in it. */
  readonly samples: Partial<Record<Task, (Sample | null)[]>>;
  readonly errors: Partial<Record<Task, string>>;
}

export type ScopeResults = Readonly<Partial<Record<RuntimeName, Measured>>>;

export interface Results {
  readonly date: string;
  readonly host: HostFacts;
  readonly versions: Readonly<Partial<Record<RuntimeName, string>>>;
  /** Runtimes without a column, each with the reason. */
  readonly missing: readonly string[];
  readonly runs: number;
  /** Of the executables, and of packages that have been built. */
  readonly sizes: readonly Size[];
  readonly scopes: Readonly<Partial<Record<ScopeName, ScopeResults>>>;
  /** False until the last sample has been taken. */
  readonly complete: boolean;
}

/** One value per round, in the row's unit. */
export function roundsOf({ task, part, unit }: Row, measured: Measured | undefined): Rounds {
  return (measured?.samples[task] ?? []).map((sample) => {
    const value = sample?.[part];
    return value === undefined ? null : Number(value) / perUnit[unit];
  });
}

/** @returns undefined if nothing has been measured yet */
export function newestResults(): string | undefined {
  return globSync(inRoot('bench/results/*.json')).sort().at(-1);
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
  const lists = text.replace(/\[\s*(\{|null)[^\]]*\]/g, (list) => list.replace(/\s+/g, ' '));
  writeFileSync(file, `${lists}\n`);
}
