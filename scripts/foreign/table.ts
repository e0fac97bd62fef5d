/** The section of docs/spec-conformance.md on runc's own suite, from test/foreign/. */
import { type Reason, type Results, type Run, reasonFor, runtimeNames } from './results.ts';
import type { TestResult } from './tap.ts';

/** Markdown: counts of every run, then each failure and skip of tsrun with its reason, then the others' failures. */
export function suiteSection(results: Results, reasons: readonly Reason[]): string {
  const { suite, runs } = results;
  return [
    "## runc's own integration suite",
    '',
    `Debian's source package runc ${suite}, unmodified, run by \`npm run test:runc\` (docs/testing.md).`,
    '',
    '| as | runtime | passed | failed | skipped | date | on |',
    '|---|---|--:|--:|--:|---|---|',
    ...runs.map(summary),
    '',
    ...runtimeNames.flatMap((name) => failures(name, runs, reasons)),
    ...skips(runs),
  ].join('\n');
}

function summary(run: Run): string {
  const { caller, runtime, version, date, system } = run;
  const tests = Object.values(run.files).flat();
  const counts = (['pass', 'fail', 'skip'] as const).map((result) => count(tests, result));
  return row([caller, `${runtime} ${version}`, ...counts, date, system]);
}

function count(tests: readonly TestResult[], wanted: TestResult['result']): string {
  return String(tests.filter(({ result }) => result === wanted).length);
}

/** One row for all tests of a file that fail for one reason. */
function failures(name: string, runs: readonly Run[], reasons: readonly Reason[]): string[] {
  const rows = grouped(
    runs
      .filter(({ runtime }) => runtime === name)
      .flatMap((run) =>
        all(run, 'fail').map(({ file, test }) => ({
          key: [run.caller, file, reasonFor(reasons, run, file, test) ?? '**no reason known**'],
          test,
        })),
      ),
  );
  if (rows.length === 0) return [];
  return [
    `### What fails with ${name}`,
    '',
    '| as | file | reason | tests |',
    '|---|---|---|---|',
    ...rows,
    '',
  ];
}

/** Skips do not depend on the runtime, but for those of a runtime's own: rows name who skips. */
function skips(runs: readonly Run[]): string[] {
  const rows = grouped(
    runs
      .filter(({ runtime }) => runtime === 'tsrun')
      .flatMap((run) =>
        all(run, 'skip').map(({ file, test, reason }) => ({ key: [run.caller, reason ?? '', file], test })),
      ),
  );
  if (rows.length === 0) return [];
  const head = ['| as | reason | file | tests |', '|---|---|---|---|'];
  return ['### What the suite skips with tsrun, in its own words', '', ...head, ...rows, ''];
}

function all(run: Run, wanted: TestResult['result']): ({ file: string } & TestResult)[] {
  return Object.entries(run.files).flatMap(([file, tests]) =>
    tests.filter(({ result }) => result === wanted).map((test) => ({ file, ...test })),
  );
}

interface Entry {
  readonly key: readonly string[];
  readonly test: string;
}

function grouped(entries: readonly Entry[]): string[] {
  const groups = Map.groupBy(entries, ({ key }) => row(key));
  return [...groups.values()].map((group) => {
    const [first] = group;
    return row([...(first?.key ?? []), group.map(({ test }) => test).join('; ')]);
  });
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
