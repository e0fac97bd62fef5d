import { expect, test } from 'vitest';
import { unsupportedInConfig } from '../../../src/spec/unsupported.ts';
import { validConfig } from './fixture.ts';

test('every field is implemented', () => {
  expect(unsupportedInConfig(validConfig())).toEqual([]);
});

test('may be asked of anything', () => {
  for (const odd of [undefined, null, 5, 'x', [], { linux: 5, mounts: 7, process: [] }, { mounts: [null] }]) {
    expect(unsupportedInConfig(odd)).toEqual([]);
  }
});
