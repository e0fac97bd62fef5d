/** Beside node:path: the same results, for anything that can be written with slashes and dots. */
import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basename, dirname, isAbsolute, join, normalize, resolve } from '../../../src/kernel/path.ts';

const path = fc
  .array(fc.constantFrom('/', '/', '.', '..', 'a', 'b.c', ' ', 'ü'))
  .map((parts) => parts.join(''));

const runs = { numRuns: 2000 };

test.each([
  ['normalize', normalize, posix.normalize],
  ['dirname', dirname, posix.dirname],
  ['basename', basename, posix.basename],
  ['isAbsolute', isAbsolute, posix.isAbsolute],
])('%s', (_, own, theirs) => {
  const same = (one: string) => {
    expect(own(one)).toBe(theirs(one));
  };
  fc.assert(fc.property(path, same), runs);
});

test.each([
  ['join', join, posix.join],
  ['resolve', resolve, posix.resolve],
])('%s', (_, own, theirs) => {
  const same = (parts: string[]) => {
    expect(own(...parts)).toBe(theirs(...parts));
  };
  fc.assert(fc.property(fc.array(path, { maxLength: 4 }), same), runs);
});
