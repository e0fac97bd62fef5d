import { describe, expect, test } from 'vitest';
import { slicePath, unitName } from '../../../../src/cgroups/systemd/unit-name.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';

describe('cgroupsPath', () => {
  test.each([
    ['system.slice:runc:web', 'system.slice', 'runc-web.scope'],
    ['user-1000.slice:runc:web', 'user-1000.slice', 'runc-web.scope'],
    [':runc:web', 'default.slice', 'runc-web.scope'],
    ['-.slice::web', '-.slice', 'web.scope'],
    ['', 'default.slice', 'tsrun-id.scope'],
  ])('"%s" is in "%s" the unit "%s"', (path, slice, name) => {
    expect(unitName(path, 'id', 'default.slice')).toEqual({ slice, name });
  });

  test.each([
    '/a/b',
    'a:b',
    'a--b.slice:b:c',
    'noslice:b:c',
    'a.slice:b:c.slice',
    'a.slice:b:',
    'a.slice:b c:d',
  ])('"%s" is refused', (path) => {
    expect(() => unitName(path, 'id', 'default.slice')).toThrow(RuntimeError);
  });
});

test('a dash in the name of a slice is a level', () => {
  expect(slicePath('-.slice')).toBe('');
  expect(slicePath('user-7.slice')).toBe('/user.slice/user-7.slice');
  expect(slicePath('a-b-c.slice')).toBe('/a.slice/a-b.slice/a-b-c.slice');
});
