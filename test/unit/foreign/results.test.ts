import { expect, test } from 'vitest';
import { withSources } from '../../../scripts/build/private-apt.ts';
import {
  outdated,
  type Reason,
  type Run,
  readReasons,
  readResults,
  unexplained,
  updated,
} from '../../../scripts/foreign/results.ts';

const run: Run = {
  runtime: 'tsrun',
  version: '1',
  caller: 'root',
  date: '2026-01-01',
  system: 'Linux',
  files: {
    'a.bats': [
      { test: 'one', result: 'pass' },
      { test: 'two', result: 'fail' },
      { test: 'three', result: 'skip', reason: 'test requires | systemd' },
    ],
  },
};
const reason: Reason = { runtimes: ['tsrun'], file: 'a.bats', test: 'two', reason: 'because' };

test('every failure wants a reason, every reason a failure', () => {
  expect(unexplained(run, [])).toEqual(['a.bats: two']);
  expect(unexplained(run, [reason])).toEqual([]);
  expect(outdated([run], [reason])).toEqual([]);
  const other: Reason = { ...reason, runtimes: ['crun'] };
  expect(unexplained(run, [other])).toEqual(['a.bats: two']);
  expect(outdated([run], [other, { ...reason, test: 'one' }])).toHaveLength(2);
});

test('a reason without a test is for all that fail in a file, without a file for all that a caller sees fail', () => {
  const { test: _, file: __, ...whole } = reason;
  expect(unexplained(run, [{ ...whole, file: 'a.bats' }])).toEqual([]);
  expect(unexplained(run, [{ ...whole, caller: 'root' }])).toEqual([]);
  expect(unexplained(run, [{ ...whole, caller: 'rootless' }])).toEqual(['a.bats: two']);
});

test('a run of some files brings a whole run up to date, and is no run by itself', () => {
  const again: Run = { ...run, date: '2026-02-02', files: { 'b.bats': [{ test: 'four', result: 'pass' }] } };
  expect(updated([run], [again])).toEqual([{ ...again, files: { ...run.files, ...again.files } }]);
  expect(updated([{ ...run, caller: 'rootless' }], [again])).toEqual([]);
});

test('the results that are kept have a reason for each failure, and no reason is left over', () => {
  const { runs } = readResults();
  const reasons = readReasons();
  expect(runs.flatMap((kept) => unexplained(kept, reasons))).toEqual([]);
  expect(outdated(runs, reasons)).toEqual([]);
});

test("the sources of packages are added to apt's sources, in both formats", () => {
  expect(withSources('Types: deb\nURIs: u\n')).toBe('Types: deb deb-src\nURIs: u\n');
  expect(withSources('deb u s main\n')).toBe('deb u s main\ndeb-src u s main\n');
});
