/** The head that answers ENOSYS, executed by an interpreter of the instructions it is made of. */
import { describe, expect, test } from 'vitest';
import { newerCallsHead, refusesByDefault } from '../../../src/seccomp/newer-calls.ts';
import { execute } from './interpreter.ts';

const X86_64 = 0xc000003e;
const I386 = 0x40000003;
const ARM = 0x40000028;
const X32 = 0x40000000;
const ENOSYS = 0x00050026;

describe('what is newer than the profile', () => {
  const program = newerCallsHead([
    { auditArchitecture: X86_64, last: 439, lastX32: X32 + 547 },
    { auditArchitecture: I386, last: 421 },
    { auditArchitecture: ARM, last: undefined },
  ]);

  test.each([
    ['the last one named', X86_64, 439, undefined],
    ['the next one', X86_64, 440, ENOSYS],
    ['the last one of x32', X86_64, X32 + 547, undefined],
    ['the next one of x32', X86_64, X32 + 548, ENOSYS],
    ['the first one of x32', X86_64, X32, undefined],
    ['the last one of i386', I386, 421, undefined],
    ['the next one of i386', I386, 422, ENOSYS],
    ['an architecture of which nothing is named', ARM, 1000, undefined],
    ['an architecture that is not in the profile', 0x80000016, 1000, undefined],
    ['a number with the highest bit set', X86_64, 0x80000001, ENOSYS],
  ])('%s', (_, architecture, number, answer) => {
    expect(execute(program, architecture, number)).toBe(answer);
  });
});

test('calls of x32 are left to the filter, which kills, where the profile does not list it', () => {
  const program = newerCallsHead([{ auditArchitecture: X86_64, last: 439 }]);
  expect([X32, X32 + 439, X32 + 440].map((number) => execute(program, X86_64, number))).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  expect(execute(program, X86_64, 440)).toBe(ENOSYS);
});

test('calls of x86-64 are left to the filter where the profile lists x32 alone', () => {
  const program = newerCallsHead([{ auditArchitecture: X86_64, last: undefined, lastX32: X32 + 547 }]);
  expect([439, 5000, X32 + 547].map((number) => execute(program, X86_64, number))).toEqual([
    ...[undefined, undefined, undefined],
  ]);
  expect(execute(program, X86_64, X32 + 548)).toBe(ENOSYS);
});

test('a profile that names nothing gets no head', () => {
  expect(newerCallsHead([{ auditArchitecture: X86_64, last: undefined }])).toHaveLength(0);
});

test('only where calls are refused by default', () => {
  expect(['SCMP_ACT_ERRNO', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_TRAP'].map(refuses)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].map(refuses)).toEqual([false, false, false]);
});

function refuses(action: string): boolean {
  return refusesByDefault(action as Parameters<typeof refusesByDefault>[0]);
}
