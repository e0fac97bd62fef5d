import { describe, expect, test } from 'vitest';
import { messageFor, warningsFor } from '../fixture.ts';

test('root.path is not empty', async () => {
  expect(await messageFor((config) => Object.assign(config.root, { path: '' }))).toBe(
    '/root/path: expected the path of the root filesystem, found an empty string; write "rootfs"',
  );
});

describe('mounts', () => {
  test('with a relative destination are a warning', () => {
    expect(warningsFor(({ mounts }) => mounts.push({ destination: 'data' }))).toEqual([
      '/mounts/7/destination: expected an absolute path, found the string "data"; it is taken from "/", as "/data"',
    ]);
  });

  test('without a destination are refused', async () => {
    expect(await messageFor(({ mounts }) => mounts.push({ destination: '' }))).toBe(
      '/mounts/7/destination: expected an absolute path, found the string ""',
    );
  });
});

describe('hooks', () => {
  test.each(['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'])(
    'of %s have absolute paths, assignments and a time limit above 0',
    async (kind) => {
      const hooks = { [kind]: [{ path: '/bin/true' }, { path: 'true', env: ['X'], timeout: -1 }] };
      const text = await messageFor((config) => Object.assign(config, { hooks }));
      expect(text).toContain(`/hooks/${kind}/1/path: expected an absolute path`);
      expect(text).toContain(`/hooks/${kind}/1/env/0: expected NAME=value`);
      expect(text).toContain(`/hooks/${kind}/1/timeout: expected more than 0 seconds, found -1`);
      expect(text).not.toContain(`/hooks/${kind}/0`);
    },
  );
});

test('annotations have keys', async () => {
  expect(await messageFor((config) => Object.assign(config, { annotations: { '': 'x' } }))).toBe(
    '/annotations/: expected a key that is not empty, found an empty one',
  );
});

test('a NUL is found in any string and any key', async () => {
  const text = await messageFor((config) => {
    config.process.args = ['sh', 'a\0b'];
    config.annotations = { 'k\0': 'v', w: '\0' };
  });
  expect(text).toContain('/process/args/1: expected a string without NUL, found the string "a\\u0000b"');
  expect(text).toContain('/annotations/k\uFFFD: expected a string without NUL');
  expect(text).toContain('/annotations/w: expected a string without NUL');
});
