import { expect, test } from 'vitest';
import { stateLine } from '../../../src/hooks/state.ts';

test('the state is one compact line in the order of runc', () => {
  const state = {
    annotations: { 'a/b': 'x\ny' },
    bundle: '/b',
    pid: 7,
    status: 'created',
    id: 'c',
    ociVersion: '1.0.2',
  } as const;
  expect(stateLine(state)).toBe(
    '{"ociVersion":"1.0.2","id":"c","status":"created","pid":7,"bundle":"/b","annotations":{"a/b":"x\\ny"}}',
  );
});

test('a container without a process has no pid, one without annotations has none', () => {
  const state = { ociVersion: '1.0.2', id: 'c', status: 'stopped', bundle: '/b' } as const;
  const line = '{"ociVersion":"1.0.2","id":"c","status":"stopped","bundle":"/b"}';
  expect(stateLine(state)).toBe(line);
  expect(stateLine({ ...state, pid: 0 })).toBe(line);
});
