/** What came out, kept in test/limits/results.json; and why a proof shows less, written by hand beside it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Place } from '../../test/limits/host.ts';
import type { Verdict } from '../../test/limits/proof.ts';
import { families } from '../../test/limits/proofs.ts';
import { inRoot } from '../build/paths.ts';

/** All proofs with one runtime in one place. */
export interface Run {
  readonly place: Place;
  readonly runtime: string;
  readonly version: string;
  readonly date: string;
  readonly system: string;
  /** By claim. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
}

export const resultsFile = inRoot('test/limits/results.json');

export function readResults(file = resultsFile): readonly Run[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Verdicts replace those of the same proofs with the same runtime in the same place. */
export function keep(file: string, runs: readonly Run[]): void {
  const kept = readResults(file);
  const merged = runs.map((run) => ({
    ...run,
    verdicts: inOrder({ ...kept.find((old) => sameRun(old, run))?.verdicts, ...run.verdicts }),
  }));
  const others = kept.filter((old) => !runs.some((run) => sameRun(old, run)));
  const sorted = [...others, ...merged].sort((a, b) => order(a).localeCompare(order(b)));
  writeFileSync(file, `${serialize(sorted)}\n`);
}

/** That of the proofs; what is no proof any more is left out. */
function inOrder(verdicts: Run['verdicts']): Run['verdicts'] {
  const claims = Object.values(families).flatMap((proofs) => proofs.map(({ claim }) => claim));
  return Object.fromEntries(
    claims.flatMap((claim) => (verdicts[claim] ? [[claim, verdicts[claim]] as const] : [])),
  );
}

export function samePlace(a: Place, b: Place): boolean {
  return a.cgroup === b.cgroup && a.manager === b.manager && a.user === b.user;
}

function sameRun(a: Run, b: Run): boolean {
  return a.runtime === b.runtime && samePlace(a.place, b.place);
}

function order({ place, runtime }: Run): string {
  return `${place.cgroup} ${place.user} ${place.manager} ${['tsrun', 'runc', 'crun'].indexOf(runtime)}`;
}

/** One verdict a line. */
function serialize(runs: readonly Run[]): string {
  return JSON.stringify(runs, null, 1).replace(/\{\s+"(kind|cgroup)": [^}]*\}/g, (one) =>
    one.replace(/\n\s*/g, ' '),
  );
}
