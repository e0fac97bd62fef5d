import { expect, test } from 'vitest';
import { nearest } from '../../../src/spec/did-you-mean.ts';

const NAMESPACES = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'];

test.each([
  ['pids', 'pid'],
  ['PID', 'pid'],
  ['net', 'network'],
  ['mnt', 'mount'],
  ['cgroups', 'cgroup'],
  ['usr', 'user'],
  ['netwrok', 'network'],
])('%s is a slip of %s', (text, name) => {
  expect(nearest(text, NAMESPACES)).toBe(name);
});

test.each(['', 'x', 'foo', 'something else'])('"%s" resembles nothing', (text) => {
  expect(nearest(text, NAMESPACES)).toBeUndefined();
});
