/** What runc's own integration suite says: test/foreign/results.json, which `npm run test:runc` writes, and reasons.json. */
import { type Reason, type Run, readReasons, readResults, reasonFor } from '../foreign/results.ts';
import type { TestResult } from '../foreign/tap.ts';
import { code, escaped, table } from './evidence.ts';

interface Case extends TestResult {
  readonly file: string;
  readonly run: Run;
}

export function suiteSection(): string {
  const { suite, runs } = readResults();
  const reasons = readReasons();
  return [
    `The suite is the one of Debian's runc ${suite}, unmodified; \`npm run test:runc\` runs it (docs/testing.md).`,
    table(
      ['runtime', 'caller', 'passed', 'failed', 'skipped', 'date', 'system'],
      runs.map((run) => summary(run)),
    ),
    ...failures(runs, reasons),
    ...skips(runs),
  ].join('\n\n');
}

function casesOf(run: Run): Case[] {
  return Object.entries(run.files).flatMap(([file, tests]) => tests.map((test) => ({ ...test, file, run })));
}

function summary(run: Run): string[] {
  const number = (result: string) => String(casesOf(run).filter((one) => one.result === result).length);
  const { runtime, version, caller, date, system } = run;
  return [`${runtime} ${version}`, caller, number('pass'), number('fail'), number('skip'), date, system];
}

function failures(runs: readonly Run[], reasons: readonly Reason[]): string[] {
  const rows = runs.flatMap(casesOf).filter(({ result }) => result === 'fail');
  if (rows.length === 0) return [];
  const head = ['runtime', 'caller', 'test that fails', 'why'];
  return [
    table(
      head,
      rows.map(({ run, file, test, reason }) => [
        ...[run.runtime, run.caller, `${file}: ${escaped(test)}`],
        escaped(reasonFor(reasons, run, file, test) ?? reason ?? ''),
      ]),
    ),
  ];
}

/** Of tsrun alone, by reason: the suite skips the same for everybody. */
function skips(runs: readonly Run[]): string[] {
  const skipped = runs
    .filter(({ runtime }) => runtime === 'tsrun')
    .flatMap(casesOf)
    .filter(({ result }) => result === 'skip');
  const groups = Map.groupBy(skipped, ({ run, reason = '' }) => `${run.caller}\0${reason}`);
  if (groups.size === 0) return [];
  const rows = [...groups].map(([key, cases]) => {
    const [caller = '', reason = ''] = key.split('\0');
    const files = [...new Set(cases.map(({ file }) => code(file)))];
    return [caller, String(cases.length), escaped(reason), files.join(', ')];
  });
  return [table(['caller', 'tests skipped', 'the suite’s reason', 'files'], rows)];
}
