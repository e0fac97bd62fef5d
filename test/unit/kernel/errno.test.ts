import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import * as errno from '../../../src/kernel/errno.ts';

const { describeErrno, errnoName } = errno;

describe('errno', () => {
  test('has the numbers that this system has', () => {
    const named = Object.entries(constants.errno).filter(([, number]) => errnoName(number).startsWith('E'));
    expect(named.length).toBeGreaterThan(50);
    // Two names of one number.
    const other: Readonly<Record<string, string>> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' };
    for (const [name, number] of named) expect(errnoName(number)).toBe(other[name] ?? name);
  });

  test('exports constants under their own names', () => {
    for (const [name, value] of Object.entries(errno)) {
      if (typeof value === 'number') expect(errnoName(value)).toBe(name);
    }
  });

  test('is described by name and words', () => {
    expect(describeErrno(errno.EPERM)).toBe('EPERM (operation not permitted)');
  });

  test('without a name is described by its number', () => {
    expect(errnoName(250)).toBe('errno 250');
    expect(describeErrno(250)).toBe('errno 250');
  });
});
