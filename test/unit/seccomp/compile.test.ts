/** Compiling with the library that is installed. */
import { expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { Libseccomp } from '../../../src/kernel/libseccomp.ts';
import { alternativesOf, compile } from '../../../src/seccomp/compile.ts';
import { libseccompVersion } from '../../../src/seccomp/features.ts';
import { need } from '../../setup/needs.ts';
import { dockerDefault } from '../../setup/seccomp/profiles.ts';

const INSTRUCTION = 8;

test('a profile becomes whole instructions, the same ones each time', (context) => {
  need(context, 'libseccomp');
  const program = compile(dockerDefault());
  expect(program.length % INSTRUCTION).toBe(0);
  expect(program.length / INSTRUCTION).toBeGreaterThan(100);
  expect(Buffer.from(compile(dockerDefault())).equals(program)).toBe(true);
});

test('rules that change nothing, unknown names and architectures named twice are no errors', (context) => {
  need(context, 'libseccomp');
  const plain = compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] });
  const more = compile({
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X86', 'SCMP_ARCH_ARM', 'SCMP_ARCH_ARM'],
    syscalls: [
      { names: ['read'], action: 'SCMP_ACT_ALLOW' },
      { names: ['no_such_call'], action: 'SCMP_ACT_ERRNO' },
    ],
  });
  expect(more.length).toBeGreaterThanOrEqual(plain.length);
});

test('an errno makes a rule another one than the default', (context) => {
  need(context, 'libseccomp');
  const rule = (errnoRet: number) => ({ names: ['read'], action: 'SCMP_ACT_ERRNO' as const, errnoRet });
  const profile = { defaultAction: 'SCMP_ACT_ERRNO' as const, defaultErrnoRet: 5 };
  const same = compile({ ...profile, syscalls: [rule(5)] });
  const other = compile({ ...profile, syscalls: [rule(6)] });
  expect(other.length).toBeGreaterThan(same.length);
});

test('an architecture of the other byte order is refused by its name', (context) => {
  need(context, 'libseccomp');
  const profile = { defaultAction: 'SCMP_ACT_ALLOW' as const, architectures: ['SCMP_ARCH_S390X' as const] };
  expect(() => compile(profile)).toThrow(
    expect.objectContaining({
      message:
        'cannot filter the system calls of SCMP_ARCH_S390X: its byte order is not that of this machine',
      details: expect.objectContaining({ pointer: '/linux/seccomp/architectures/0' }),
    }),
  );
});

test('a library that is not there is named, with its package', () => {
  try {
    new Libseccomp('libseccomp-of-no-machine.so.2');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    expect((error as RuntimeError).message).toContain('libseccomp');
    expect((error as RuntimeError).details.hint).toContain('libseccomp2 on Debian');
  }
});

test('the library tells its version', (context) => {
  need(context, 'libseccomp');
  const { version } = new Libseccomp();
  expect(version).toMatch(/^2\.\d+\.\d+$/);
  expect(libseccompVersion()).toBe(version);
});

test('two conditions on one argument are alternatives; on different ones, both must be met', () => {
  const condition = (index: number) => ({ index, value: 2n ** 64n - 1n, op: 'SCMP_CMP_EQ' as const });
  const rule = (...indexes: number[]) =>
    alternativesOf({ names: ['x'], action: 'SCMP_ACT_ALLOW', args: indexes.map(condition) });
  expect(rule()).toEqual([[]]);
  expect(rule(0, 1).map((comparisons) => comparisons.length)).toEqual([2]);
  expect(rule(0, 1, 1).map((comparisons) => comparisons.length)).toEqual([1, 1, 1]);
  expect(rule(3)).toEqual([[{ index: 3, operator: 4, a: 0xffff_ffff_ffff_ffffn, b: 0n }]]);
});
