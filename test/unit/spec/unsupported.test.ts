import { describe, expect, test } from 'vitest';
import { unsupportedInConfig } from '../../../src/spec/unsupported.ts';
import { failure, validConfig } from './fixture.ts';

/** A value for each field of the table, that asks for something. */
const ASKING: readonly (readonly [string, unknown])[] = [
  ['/linux/seccomp', { defaultAction: 'SCMP_ACT_ALLOW' }],
];

/** An object nested as the pointer says, with the value at its end; over a valid configuration. */
function configWith(pointer: string, value: unknown): unknown {
  const config: unknown = validConfig();
  const names = pointer.slice(1).split('/');
  const last = names.pop() ?? '';
  const parent = names.reduce((at, name) => (at as Record<string, unknown>)[name], config);
  (parent as Record<string, unknown>)[last] = value;
  return config;
}

describe('a field that this version does not implement', () => {
  test.each(ASKING)('is refused at %s', async (pointer, value) => {
    const error = await failure(JSON.stringify(configWith(pointer, value)));
    expect(error.code).toBe('unsupported');
    expect(error.message).toContain(
      `${pointer} is not implemented by this version of tsrun; remove it, or use runc or crun for this bundle`,
    );
  });

  test('makes a configuration that is also wrong a wrong one', async () => {
    const config = { ...(configWith('/linux/resources/cpu', { shares: 1 }) as object), hostname: 5 };
    expect((await failure(JSON.stringify(config))).code).toBe('config');
  });
});

describe('a value that asks for nothing', () => {
  test.each(ASKING.map(([pointer]) => pointer))('is fine at %s', (pointer) => {
    for (const nothing of [undefined, null, '', {}, [], { inner: [{ deeper: '' }], flag: false }]) {
      expect(unsupportedInConfig(configWith(pointer, nothing))).toEqual([]);
    }
  });

  test('may stand where something else was expected', () => {
    for (const odd of [
      undefined,
      null,
      5,
      'x',
      [],
      { linux: 5, mounts: 7, process: [] },
      { mounts: [null] },
    ]) {
      expect(unsupportedInConfig(odd)).toEqual([]);
    }
  });
});

test('resources are implemented', () => {
  expect(unsupportedInConfig(validConfig())).toEqual([]);
});
