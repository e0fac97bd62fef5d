/** What came out, kept in test/foreign/results.json; and why tests fail, written by hand in reasons.json beside it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../build/paths.ts';
import type { TestResult } from './tap.ts';

export interface Results {
  /** Debian's version of runc's source. */
  readonly suite: string;
  readonly runs: readonly Run[];
}

/** The whole suite with one runtime, as one user. */
export interface Run {
  readonly runtime: RuntimeName;
  readonly version: string;
  readonly caller: CallerName;
  readonly date: string;
  readonly system: string;
  /** By file of the suite, in the order of the tests. */
  readonly files: Readonly<Record<string, readonly TestResult[]>>;
}

export const runtimeNames = ['runc', 'crun', 'tsrun', 'tsrun on Node'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** Of the features that runc's tests/rootless.sh knows: none, or all (subordinate ids and a delegated cgroup). */
export const callerNames = ['root', 'rootless', 'rootless with idmap and cgroup'] as const;
export type CallerName = (typeof callerNames)[number];

/** Why a test fails. */
export interface Reason {
  readonly runtimes: readonly RuntimeName[];
  /** Absent: whoever calls. */
  readonly caller?: CallerName;
  /** Absent: every file. */
  readonly file?: string;
  /** Absent: every test of the file that fails. */
  readonly test?: string;
  readonly reason: string;
}

const file = inRoot('test/foreign/results.json');

export function readResults(): Results {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { suite: '', runs: [] };
}

export function readReasons(): Reason[] {
  return JSON.parse(readFileSync(inRoot('test/foreign/reasons.json'), 'utf8'));
}

/** Replaces the runs of the same runtime and caller. One test a line. */
export function writeResults(suite: string, runs: readonly Run[]): void {
  const kept = readResults().runs.filter((old) => !runs.some((run) => sameRun(old, run)));
  const sorted = [...kept, ...runs].sort((a, b) => order(a) - order(b));
  writeFileSync(file, `${serialize({ suite, runs: sorted })}\n`);
}

/** Runs of some files, as the whole runs that were kept with these files anew; where there is none, nothing. */
export function updated(kept: readonly Run[], runs: readonly Run[]): Run[] {
  return runs.flatMap((run) => {
    const old = kept.find((one) => sameRun(one, run));
    return old ? [{ ...run, files: { ...old.files, ...run.files } }] : [];
  });
}

export function reasonFor(
  reasons: readonly Reason[],
  run: Run,
  file: string,
  test: string,
): string | undefined {
  return reasons.find((reason) => concerns(reason, run, file) && (reason.test ?? test) === test)?.reason;
}

/** Failures without a reason. */
export function unexplained(run: Run, reasons: readonly Reason[]): string[] {
  return Object.entries(run.files).flatMap(([file, tests]) =>
    tests
      .filter(({ test, result }) => result === 'fail' && reasonFor(reasons, run, file, test) === undefined)
      .map(({ test }) => `${file}: ${test}`),
  );
}

/** Reasons for failures that no run shows. */
export function outdated(runs: readonly Run[], reasons: readonly Reason[]): Reason[] {
  return reasons.filter(
    (reason) =>
      !runs.some((run) =>
        Object.entries(run.files).some(
          ([file, tests]) =>
            concerns(reason, run, file) &&
            tests.some(({ test, result }) => result === 'fail' && (reason.test ?? test) === test),
        ),
      ),
  );
}

function concerns({ runtimes, caller, file }: Reason, run: Run, other: string): boolean {
  const called = (caller ?? run.caller) === run.caller;
  return called && (file ?? other) === other && runtimes.includes(run.runtime);
}

function sameRun(a: Run, b: Run): boolean {
  return a.runtime === b.runtime && a.caller === b.caller;
}

function order({ runtime, caller }: Run): number {
  return callerNames.indexOf(caller) * runtimeNames.length + runtimeNames.indexOf(runtime);
}

function serialize(results: Results): string {
  return JSON.stringify(results, null, 1).replace(/\{\s+"test": [^}]*\}/g, (test) =>
    test.replace(/\n\s*/g, ' '),
  );
}
