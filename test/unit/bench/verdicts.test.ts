import { expect, test } from 'vitest';
import { rowOf } from '../../../bench/scenarios.ts';
import { absoluteTargets, ratioTargets } from '../../../bench/targets.ts';
import { shortVersion, verdicts } from '../../../bench/verdicts.ts';
import { measured, part, results } from './example.ts';

const all = verdicts(results());

test('a target is compared with each release of the other runtime', () => {
  expect(all.filter(({ target }) => target === 'run ≤ 0.4 × runc')).toEqual([
    { target: 'run ≤ 0.4 × runc', scope: 'root', measured: '0.50 × runc 1.1.5', met: false },
    { target: 'run ≤ 0.4 × runc', scope: 'root', measured: '0.25 × runc 1.1.15', met: true },
  ]);
});

test('a ratio that is exactly the target is met', () => {
  const [verdict] = all.filter(({ target }) => target === 'run ≤ 1 × crun');
  expect(verdict).toMatchObject({ measured: '1.00 × crun 1.8.1', met: true });
});

test('a comparison that was not possible has no verdict', () => {
  const events = all.filter(({ target }) => target.startsWith('events'));
  expect(events.map(({ met }) => met)).toEqual([false, undefined]);
  expect(events[1]?.measured).toBe('not measured with runc 1.1.15');
});

test('absolute targets, and the size of the package', () => {
  expect(all.find(({ target }) => target.startsWith('memory of run'))).toMatchObject({
    measured: '3.25 MB',
    met: true,
  });
  expect(all.at(-1)).toMatchObject({ scope: 'package', measured: '3.10 MB', met: false });
});

test('rows that tsrun was not measured in have no verdicts', () => {
  const scopes = { root: { runc: measured({ run: part('run', 1) }) } };
  expect(verdicts(results({ scopes, sizes: [] }))).toEqual([]);
});

test('every target is about a row', () => {
  for (const { row } of [...ratioTargets, ...absoluteTargets]) expect(rowOf(row).id).toBe(row);
});

test('versions are shortened', () => {
  expect(shortVersion('runc version 1.1.5+ds1, commit: 1.1.5+ds1-1+deb12u1')).toBe('1.1.5');
  expect(shortVersion(undefined)).toBe('(version unknown)');
});
