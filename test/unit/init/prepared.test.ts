/** A program prepared ahead is, once everything is known, the one that would be encoded then. */
import { expect, test } from 'vitest';
import { PreparedProgram } from '../../../src/init/prepared.ts';
import { encodeProgram } from '../../../src/init/program.ts';
import { type Call, call, halves, tolerate, words } from '../../../src/kernel/call.ts';
import { close, mkdirat, openat } from '../../../src/kernel/calls/file.ts';
import { EEXIST } from '../../../src/kernel/errno.ts';

const known = call('getpid');
const awaited = call('getpid');
const opened = openat(awaited, 'directory', 0);
const calls = [
  close(awaited),
  opened,
  tolerate(mkdirat(opened, 'below', 0o755), EEXIST),
  close(known),
  close(awaited),
];
const before = new Map<Call, number>([[known, 7]]);
const after = new Map<Call, number>([...before, [awaited, 2 ** 33 + 9]]);

test('what was awaited stands in its place', () => {
  const prepared = PreparedProgram.of(calls, before);
  expect(prepared?.complete(after)?.message).toEqual(encodeProgram(calls, after).message);
});

test('without what is awaited it is not complete', () => {
  expect(PreparedProgram.of(calls, before)?.complete(before)).toBeUndefined();
});

test.each([
  ['a struct', words(1, awaited)],
  ['a struct in a struct', words(words(awaited))],
  ['half a word', words(halves(1, awaited))],
])('%s that takes in what is awaited is not prepared', (_, struct) => {
  expect(PreparedProgram.of([call('getpid', struct)], before)).toBeUndefined();
  expect(PreparedProgram.of([call('getpid', struct)], after)).toBeDefined();
});
