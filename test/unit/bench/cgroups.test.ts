import { expect, test } from 'vitest';
import { ownCgroups } from '../../../bench/cgroups.ts';

const hybrid = '2:memory:/a\n1:name=systemd:/\n0::/\n';

test('a cgroup counts if the creator is not in it', () => {
  expect(ownCgroups('2:memory:/a/c\n1:name=systemd:/\n0::/c\n', hybrid)).toBe('v1: 1 of 2, v2');
  expect(ownCgroups('2:memory:/a/c\n1:name=systemd:/c\n0::/\n', hybrid)).toBe('v1: 2 of 2');
  expect(ownCgroups(hybrid, hybrid)).toBe('none');
});

test('where version 2 is alone', () => {
  expect(ownCgroups('0::/c\n', '0::/\n')).toBe('v2');
});
