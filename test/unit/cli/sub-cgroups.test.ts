import { expect, test } from 'vitest';
import { parseSubCgroups } from '../../../src/cli/sub-cgroups.ts';

test.each<[string[], Record<string, string>]>([
  [['web'], { '': 'web' }],
  [['/'], { '': '/' }],
  [['cpu:web'], { cpu: 'web' }],
  [['cpu,memory:/a/b', 'pids:c'], { cpu: '/a/b', memory: '/a/b', pids: 'c' }],
  [['name=systemd:a:b'], { 'name=systemd': 'a:b' }],
])('%j', (texts, paths) => {
  expect(Object.fromEntries(parseSubCgroups(texts))).toEqual(paths);
});

test.each([
  [['..'], '.. is not a sub cgroup path'],
  [['cpu:a/../../b'], 'a/../../b is not a sub cgroup path'],
  [['a', 'b'], 'missing <controller>: prefix'],
  [['cpu:a', 'b'], 'missing <controller>: prefix'],
  [[':a'], 'empty <controller> prefix'],
  [['cpu,:a'], 'empty <controller> prefix'],
  [['cpu:a', 'memory,cpu:b'], 'controller cpu specified multiple times'],
])('%j is an error', (texts, message) => {
  expect(() => parseSubCgroups(texts)).toThrow(message);
});
