/** Compiling with the library that is installed. */
import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import { Libseccomp } from '../../../src/kernel/libseccomp.ts';
import { compile } from '../../../src/seccomp/compile.ts';
import { libseccompVersion } from '../../../src/seccomp/features.ts';
import { alternativesOf } from '../../../src/seccomp/rules.ts';
import type { Seccomp } from '../../../src/spec/types.ts';
import { need } from '../../setup/needs.ts';
import { dockerDefault } from '../../setup/seccomp/profiles.ts';
import { execute } from './interpreter.ts';

const INSTRUCTION = 8;
/** From number 462 on. */
const NEWEST = ['mseal', 'setxattrat', 'getxattrat', 'listxattrat', 'removexattrat', 'open_tree_attr'];

test('a profile becomes whole instructions, the same ones each time', (context) => {
  need(context, 'libseccomp');
  const { program } = compile(dockerDefault());
  expect(program.length % INSTRUCTION).toBe(0);
  expect(program.length / INSTRUCTION).toBeGreaterThan(100);
  expect(Buffer.from(compile(dockerDefault()).program).equals(program)).toBe(true);
});

test('rules that change nothing and architectures named twice are no errors', (context) => {
  need(context, 'libseccomp');
  const { program: plain } = compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] });
  const { program: more } = compile({
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X86', 'SCMP_ARCH_ARM', 'SCMP_ARCH_ARM'],
    syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }],
  });
  expect(more.length).toBeGreaterThanOrEqual(plain.length);
});

test('an errno makes a rule another one than the default', (context) => {
  need(context, 'libseccomp');
  const rule = (errnoRet: number) => ({ names: ['read'], action: 'SCMP_ACT_ERRNO' as const, errnoRet });
  const profile = { defaultAction: 'SCMP_ACT_ERRNO' as const, defaultErrnoRet: 5 };
  const { program: same } = compile({ ...profile, syscalls: [rule(5)] });
  const { program: other } = compile({ ...profile, syscalls: [rule(6)] });
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
    new Libseccomp({
      identity: () => undefined,
      call() {
        throw new Error('cannot open shared object file');
      },
    });
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

describe('a system call that libseccomp does not know', () => {
  const library = () => new Libseccomp();
  const profileOf = (
    action: Seccomp['defaultAction'],
    defaultAction: Seccomp['defaultAction'],
    name: string,
  ): Seccomp => ({ defaultAction, syscalls: [{ names: ['read', name], action }] });

  test('gets its rule by number, on all architectures', (context) => {
    need(context, 'libseccomp');
    const unknown = NEWEST.find((name) => library().systemCall(name) === undefined);
    context.skip(unknown === undefined, 'libseccomp knows them all');
    const profile = profileOf('SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW', unknown ?? '');
    const { program, warnings } = compile({
      ...profile,
      architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64'],
    });
    expect(warnings).toEqual([]);
    const number = 462 + NEWEST.indexOf(unknown ?? '');
    const refused = 0x0005_0001;
    expect(execute(program, 0xc000003e, number)).toBe(refused);
    expect(execute(program, 0xc000003e, 0x4000_0000 + number)).toBe(refused);
    expect(execute(program, 0x40000003, number)).toBe(refused);
    expect(execute(program, 0xc00000b7, number)).toBe(refused);
    expect(execute(program, 0xc000003e, number + 1)).toBe(0x7fff_0000);
  });

  test('is one that the profile knows: what lies before it is not newer', (context) => {
    need(context, 'libseccomp');
    context.skip(library().systemCall('mseal') !== undefined, 'libseccomp knows it');
    const { program } = compile(profileOf('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'mseal'));
    const native = library().nativeArchitecture();
    expect([461, 462, 463].map((number) => execute(program, native, number))).toEqual([
      ...[0x0005_0001, 0x7fff_0000, 0x0005_0026],
    ]);
  });

  test.each([
    ['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'],
    ['SCMP_ACT_LOG', 'SCMP_ACT_KILL'],
    ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'],
  ] as const)('nor we: a warning, if the rule is %s and the default %s', (action, defaultAction) => {
    const { warnings } = compile(profileOf(action, defaultAction, 'no_such_call'));
    expect(warnings).toEqual([
      expect.objectContaining({ pointer: '/linux/seccomp/syscalls/0/names/1', warning: true }),
    ]);
    expect(warnings[0]?.found).toContain(`"no_such_call", which neither libseccomp 2.`);
    expect(warnings[0]?.found).toContain(`nor tsrun knows: the call gets ${defaultAction}`);
  });

  test.each([
    ['SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW'],
    ['SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_ERRNO'],
    ['SCMP_ACT_LOG', 'SCMP_ACT_ALLOW'],
  ] as const)('nor we: an error, if the rule is %s and the default %s', (action, defaultAction) => {
    expect(() => compile(profileOf(action, defaultAction, 'no_such_call'))).toThrow(
      expect.objectContaining({
        code: 'config',
        message: `cannot apply ${action} to the system call "no_such_call": its number is unknown`,
        details: expect.objectContaining({ pointer: '/linux/seccomp/syscalls/0/names/1' }),
      }),
    );
  });
});
