import { describe, expect, test } from 'vitest';
import { OptionError, readOptions } from '../../../bench/options.ts';
import { estimatedMinutes, makePlan, repetitions } from '../../../bench/plan.ts';
import { rows } from '../../../bench/scenarios.ts';

const tasksOf = (only: readonly string[] | undefined, isRoot: boolean) =>
  Object.fromEntries(makePlan({ only }, isRoot).map(([name, own]) => [name, own.map(({ task }) => task)]));

describe('the plan', () => {
  test('measures every row as root, and as many as possible as an ordinary user', () => {
    const root = Object.values(tasksOf(undefined, true)).flat();
    for (const { task } of rows) expect(root).toContain(task);
    expect(Object.keys(tasksOf(undefined, false))).toEqual([
      'rootless',
      'rootless, relative --root',
      'cold page cache',
    ]);
  });

  test('counts instructions once', () => {
    const counts = (isRoot: boolean) =>
      Object.values(tasksOf(undefined, isRoot))
        .flat()
        .filter((task) => task === 'count-run');
    expect(counts(true)).toHaveLength(1);
    expect(counts(false)).toHaveLength(1);
  });

  test('takes rows by name', () => {
    expect(tasksOf(['run', 'sum'], false)).toEqual({
      rootless: ['run', 'lifecycle'],
      'rootless, relative --root': ['run', 'lifecycle'],
    });
    expect(tasksOf(['instructions'], true).root).toHaveLength(6);
    expect(() => tasksOf(['runn'], true)).toThrow('there is no row "runn"');
  });

  test('takes less than twelve minutes with the usual number of samples', () => {
    const minutes = estimatedMinutes(makePlan({ only: undefined }, true), readOptions([]));
    expect(minutes).toBeLessThan(12);
    const quick = estimatedMinutes(makePlan({ only: ['run', 'exec'] }, true), readOptions(['--runs', '15']));
    expect(quick).toBeLessThan(1);
  });

  test('never repeats more often than it is told', () => {
    for (const how of ['runs', 'half', 'few', 'batches', 'once'] as const)
      expect(repetitions(how, { runs: 1, batches: 1 })).toBe(1);
    expect(repetitions('half', { runs: 40, batches: 3 })).toBe(20);
    expect(repetitions('few', { runs: 40, batches: 3 })).toBe(8);
  });
});

describe('options', () => {
  test('have defaults', () => {
    expect(readOptions([])).toMatchObject({ runs: 40, batches: 3, only: undefined, page: false });
    expect(readOptions(['--quick'])).toMatchObject({ runs: 3, batches: 1 });
  });

  test('are lists and numbers', () => {
    const given = ['--only', 'run,exec', '--runs', '15', '--runtimes', 'tsrun,runc of sid'];
    expect(readOptions(given)).toMatchObject({
      only: ['run', 'exec'],
      runs: 15,
      runtimes: ['tsrun', 'runc of sid'],
    });
  });

  test.for([['--runs', '0'], ['--runs', 'x'], ['--runtimes', 'youki'], ['--what'], ['word']])(
    '%j is not understood',
    (args) => {
      expect(() => readOptions(args)).toThrow(OptionError);
    },
  );
});
