import { expect, test } from 'vitest';
import { type RunResult, recordText } from '../../../scripts/vm/record.ts';
import { wholeRuns } from '../../../scripts/vm/runs.ts';

const results: RunResult[] = wholeRuns.map((run, index) => ({
  ...run,
  tally: { passed: index, failed: 0, skipped: 2 },
  milliseconds: 100_000,
}));
/** As one after the other is recorded. */
const recorded = (kept: string, some: readonly RunResult[], versions: string, date: Date) =>
  some.reduce((text, result) => recordText(text, result, versions, date), kept);
const lines = (text: string) => text.split('\n').filter((line) => /^\| (root|user)/.test(line));

test('a line for each run, and what was tested', () => {
  const text = recorded('', results, 'Linux 6', new Date('2031-02-03T04:05:06Z'));
  expect(lines(text)).toHaveLength(wholeRuns.length);
  expect(lines(text)[0]).toBe('| root | cgroupfs | QuickJS | all | 0 | 0 | 2 | 2 | 2031-02-03 |');
  expect(text).toContain('The last one was of Linux 6.');
});

test('lines of other runs stay', () => {
  const first = recorded('', results.slice(0, 2), 'Linux 6', new Date('2031-02-03'));
  const second = recorded(first, results.slice(1, 3), 'Linux 7', new Date('2032-02-03'));
  expect(lines(second).map((line) => line.slice(-12))).toEqual([
    ...['2031-02-03 |', '2032-02-03 |', '2032-02-03 |'],
  ]);
  expect(second).not.toContain('Linux 6');
});
