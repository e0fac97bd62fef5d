/** The table of docs/cgroups.md is what the results say, and what is not enforced has a written reason. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageFile, pageWith } from '../../../scripts/limits/page.ts';
import {
  leftOver,
  type Reason,
  readReasons,
  reasonFor,
  unexplained,
} from '../../../scripts/limits/reasons.ts';
import { type Run, readResults } from '../../../scripts/limits/results.ts';
import { families } from '../../limits/proofs.ts';

const runs = readResults();
const claims = Object.values(families).flatMap((proofs) => proofs.map(({ claim }) => claim));

test('docs/cgroups.md has the table of the results that are kept', () => {
  const page = readFileSync(pageFile, 'utf8');
  expect(page, 'run: npm run limits -- --page').toBe(pageWith(page, runs));
});

test('each runtime has been tried in every place, with all proofs that there are', () => {
  expect(new Set(claims).size).toBe(claims.length);
  const tried = runs.map(
    ({ runtime, place: { cgroup, manager, user } }) => `${cgroup} ${manager} ${user}: ${runtime}`,
  );
  const version2 = ['cgroupfs root', 'cgroupfs user', 'systemd root', 'systemd user'].flatMap((place) =>
    ['tsrun', 'runc', 'crun'].map((runtime) => `v2 ${place}: ${runtime}`),
  );
  // crun refuses hybrid machines.
  const hybrid = ['tsrun', 'runc'].map((runtime) => `hybrid cgroupfs root: ${runtime}`);
  expect(tried.toSorted()).toEqual([...hybrid, ...version2].toSorted());
  for (const { verdicts } of runs) expect(Object.keys(verdicts)).toEqual(claims);
});

test('what tsrun accepts holds', () => {
  const ours = runs.filter(({ runtime }) => runtime === 'tsrun');
  const broken = ours.flatMap(({ verdicts }) =>
    Object.entries(verdicts).filter(([, { kind }]) => kind === 'not in force'),
  );
  expect(broken).toEqual([]);
});

test('what is not enforced with tsrun has a reason, and no reason is left over', () => {
  expect(unexplained(runs, readReasons()), 'add them to test/limits/reasons.json').toEqual([]);
  expect(leftOver(runs, readReasons())).toEqual([]);
});

const run: Run = {
  place: { cgroup: 'v2', manager: 'systemd', user: 'user' },
  runtime: 'tsrun',
  version: '1',
  date: '2026-01-01',
  system: 'Linux',
  verdicts: { 'a: b': { kind: 'error', note: 'no' }, c: { kind: 'enforced', note: '' } },
};

test('a reason is for a claim, a verdict and a place', () => {
  const reason: Reason = { claim: 'a', kind: 'error', place: { user: 'user' }, reason: 'because' };
  expect(unexplained([run], [])).toEqual(['v2, systemd, user: a: b: error: no']);
  expect(unexplained([run], [reason])).toEqual([]);
  for (const other of [{ claim: 'b' }, { kind: 'read back' }, { place: { user: 'root' } }])
    expect(
      reasonFor([{ ...reason, ...other }], run.place, 'a: b', { kind: 'error', note: '' }),
    ).toBeUndefined();
  expect(leftOver([run], [reason, { ...reason, claim: 'c' }])).toEqual([{ ...reason, claim: 'c' }]);
  expect(unexplained([{ ...run, runtime: 'runc' }], [])).toEqual([]);
});

test('the table has a cell for each verdict, and each reason once', () => {
  const page = pageWith('before\n<!-- written by: npm run limits -- --page -->\n', [
    {
      ...run,
      verdicts: { [claims[0] as string]: { kind: 'not in force', note: 'in /sys/fs/cgroup/t1-2/x' } },
    },
    { ...run, runtime: 'runc', verdicts: { [claims[0] as string]: { kind: 'enforced', note: '' } } },
  ]);
  expect(page).toContain('* Version 2: Linux; tsrun 1, runc 1; 2026-01-01\n');
  expect(page).toContain(`| ${claims[0]} | **not in force** <sup>1</sup> | enforced |\n`);
  expect(page).toContain('| enforced, of those that apply | 0 of 1 | 1 of 1 |');
  expect(page).toContain('\n1. in …/x\n');
});
