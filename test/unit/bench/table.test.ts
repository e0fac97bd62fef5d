import { expect, test } from 'vitest';
import { scopeTables, targetTable } from '../../../bench/table.ts';
import { measured, part, results } from './example.ts';

/** Cells of the row with this title, by column. */
function cells(text: string, title: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const heads = lines.find((line) => line[2] === 'cgroup work') ?? [];
  const row = lines.find((line) => line[1]?.startsWith(`${title} (`) || line[1] === title) ?? [];
  return Object.fromEntries(heads.map((head, index) => [head, row[index] ?? '']));
}

const text = scopeTables(results());

test('a cell has the median, the quartiles and the paired ratio to runc', () => {
  expect(cells(text, 'run')).toMatchObject({
    tsrun: '5.00 (4.50–27.5) 0.50×',
    'tsrun on Node': '30.0 3.00×',
    runc: '10.0 (10.0–55.0)',
    'runc of Debian 13': '20.0 (20.0–110) 2.00×',
  });
});

test('each row says what its command does with cgroups, and who did another amount of it', () => {
  expect(cells(text, 'run')['cgroup work']).toBe('creates, joins, removes');
  expect(cells(text, 'run').crun).toBe('5.00 (5.00–12.5) 0.50×°');
  expect(cells(text, 'cgroups of its own')).toMatchObject({
    tsrun: 'v1: 9 of 9, v2',
    crun: 'none: switched off',
  });
});

test('without cgroups no command does any work with them', () => {
  const none = { runc: measured({ run: part('run', 1) }, { cgroups: 'none' }) };
  expect(cells(scopeTables(results({ scopes: { rootless: none } })), 'run')['cgroup work']).toBe('none');
});

test('commands that a runtime lacks, refuses or that cannot be counted are marked', () => {
  expect(cells(text, 'events --stats').crun).toBe('lacks it');
  expect(cells(text, 'pause')).toMatchObject({ crun: 'refused', runc: '–' });
  expect(cells(text, 'run, instructions')).toMatchObject({ tsrun: '54.0', runc: 'not countable' });
});

test('a row that nobody was asked for is left out', () => {
  expect(text).not.toContain('exec --tty');
});

test('the columns of a table are as wide as their widest cell', () => {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test('the verdicts of one target and scope are a line', () => {
  const verdict = { target: 'run ≤ 0.4 × runc', scope: 'root', measured: '0.50 × runc 1.1.5' } as const;
  const table = targetTable([
    { ...verdict, met: false },
    { ...verdict, met: true },
    { ...verdict, met: undefined },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| run ≤ 0.4 × runc | root  | 0.50 × runc 1.1.5: **missed**; 0.50 × runc 1.1.5: met; 0.50 × runc 1.1.5 |',
  ]);
});
