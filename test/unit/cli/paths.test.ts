import { afterEach, expect, test, vi } from 'vitest';
import { absolute, absoluteOption } from '../../../src/cli/paths.ts';
import { workingDirectory } from '../../../src/kernel/own-process.ts';

vi.mock('../../../src/kernel/own-process.ts', { spy: true });

afterEach(() => {
  vi.resetAllMocks();
});

test('a relative path is of the current directory', () => {
  expect(absolute('a/../b')).toBe(`${process.cwd()}/b`);
});

test('an option that was not given, or is empty, stays away', () => {
  expect(absoluteOption(undefined)).toBeUndefined();
  expect(absoluteOption('')).toBeUndefined();
});

test('a deleted working directory matters to relative paths only', () => {
  vi.mocked(workingDirectory).mockReturnValue(undefined);
  expect(absolute('/b')).toBe('/b');
  expect(() => absolute('b')).toThrow('cannot resolve "b": the working directory does not exist');
});
