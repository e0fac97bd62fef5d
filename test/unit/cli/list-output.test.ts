import { expect, test } from 'vitest';
import { listJson, listTable } from '../../../src/cli/list-output.ts';
import { stateObject } from '../../../src/container/state-json.ts';

const state = {
  owner: 'root',
  annotations: {},
  created: '2026-11-21T03:18:27.123456789Z',
  rootfs: '/b/rootfs',
  bundle: '/a/bundle/with/a/long/path',
  status: 'running' as const,
  pid: 4711,
  id: 'c1',
  ociVersion: '1.3.0',
};

test("the empty table is runc's", () => {
  expect(listTable([])).toBe('ID          PID         STATUS      BUNDLE      CREATED     OWNER\n');
});

test('columns are as wide as their longest cell, and three blanks', () => {
  expect(listTable([state])).toBe(
    [
      'ID          PID         STATUS      BUNDLE                       CREATED                          OWNER',
      'c1          4711        running     /a/bundle/with/a/long/path   2026-11-21T03:18:27.123456789Z   root',
      '',
    ].join('\n'),
  );
});

test('no containers are an empty array', () => {
  expect(listJson([])).toBe('[]\n');
});

test("the state has runc's keys in runc's order", () => {
  expect(Object.keys(stateObject({ ...state, annotations: { a: 'b' } }))).toEqual([
    'ociVersion',
    'id',
    'pid',
    'status',
    'bundle',
    'rootfs',
    'created',
    'annotations',
    'owner',
  ]);
});

test('no annotations are not printed', () => {
  expect(stateObject(state)).not.toHaveProperty('annotations');
});
