import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changeLimits } from '../../../src/cgroups/change-limits.ts';
import { type PlacedWrite, placed } from '../../../src/cgroups/limits.ts';
import { silentLog } from '../../../src/log/log.ts';
import { Execution } from '../../../src/plan/execution.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'tsrun-cgroups-'));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function file(name: string, content: string): void {
  writeFileSync(join(base, name), content);
}

function content(name: string): string {
  return readFileSync(join(base, name), 'utf8');
}

function write(name: string, text: string, extra: object = {}): PlacedWrite {
  return placed(
    { controller: 'x', file: name, text, field: '/x', limit: `value of ${name}`, ...extra },
    base,
  );
}

function change(...writes: PlacedWrite[]): void {
  changeLimits({ handDown: [], writes }, (steps) => new Execution().execute(steps), silentLog);
}

describe('limits of a container that is there', () => {
  test('are all set', () => {
    file('a', '1');
    file('old', '1');
    const otherwise = { controller: 'x', file: 'old', text: '3', field: '/x', limit: 'x' };
    change(write('a', '2'), write('new', '9', { otherwise }), write('none', '9', { mayBeMissing: true }));
    expect([content('a'), content('old')]).toEqual(['2', '3']);
  });

  test('or none: what was set is taken back, and the one that failed is named', () => {
    file('a', '1');
    file('lines', '8:0 1\n8:16 2\n');
    const restore = () => ['8:0 1'];
    const failing = () => change(write('a', '2'), write('lines', '8:0 7', { restore }), write('gone', '4'));
    expect(failing).toThrow(/^cannot set the value of gone to "4": openat of ".*\/gone": ENOENT/);
    expect(content('a')).toBe('1');
    expect(content('lines').slice(0, 5)).toBe('8:0 1');
  });

  test('an empty set of CPUs, which is that of the cgroup above, cannot come back: it becomes that set', () => {
    file('cpuset.cpus', '\n');
    file('cpuset.cpus.effective', '0-7\n');
    expect(() => change(write('cpuset.cpus', '0-1'), write('gone', '4'))).toThrow('the value of gone');
    expect(content('cpuset.cpus')).toBe('0-7');
  });

  test('and what somebody else keeps: taken back first, for it changes files, too', () => {
    file('a', '1');
    file('b', '1');
    const events: string[] = [];
    const keeper = () => {
      file('a', 'r');
      return () => void events.push(`${content('a')} is taken back`);
    };
    const set = (...writes: PlacedWrite[]) => {
      const limits = { handDown: [], writes };
      changeLimits(limits, (steps) => new Execution().execute(steps), silentLog, keeper);
    };
    set(write('a', 'e'));
    expect([content('a'), events]).toEqual(['e', []]);
    file('a', '1');
    expect(() => set(write('b', '2'), write('gone', '3'), write('a', '4'))).toThrow('the value of gone');
    expect([content('a'), content('b')]).toEqual(['1', '1']);
    expect(events).toEqual(['r is taken back']);
  });

  test('are not tried where the container has no such cgroup', () => {
    file('a', '1');
    mkdirSync(join(base, 'other'));
    const elsewhere = placed(
      { controller: 'pids', file: 'b', text: '2', field: '/x', limit: 'limit of processes' },
      join(base, 'none'),
    );
    expect(() => change(write('a', '2'), elsewhere)).toThrow(
      'cannot set the limit of processes: the container has no cgroup of the controller "pids"',
    );
    expect(content('a')).toBe('1');
  });
});
