/** `linux.seccomp`: config-linux.md, section Seccomp; the names are libseccomp's. */

import { Type } from '@sinclair/typebox';
import { choice, Uint32, Uint64 } from './values.ts';

const SeccompAction = choice([
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
]);

const SeccompArchitecture = choice([
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_RISCV64',
]);

const SeccompFlag = choice([
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
]);

const SeccompOperator = choice([
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
]);

const SeccompArgument = Type.Object({
  index: Type.Integer({ minimum: 0, maximum: 5 }),
  value: Uint64,
  valueTwo: Type.Optional(Uint64),
  op: SeccompOperator,
});

const SeccompSyscall = Type.Object({
  names: Type.Array(Type.String(), { minItems: 1 }),
  action: SeccompAction,
  errnoRet: Type.Optional(Uint32),
  args: Type.Optional(Type.Array(SeccompArgument)),
});

export const Seccomp = Type.Object({
  defaultAction: SeccompAction,
  defaultErrnoRet: Type.Optional(Uint32),
  architectures: Type.Optional(Type.Array(SeccompArchitecture)),
  flags: Type.Optional(Type.Array(SeccompFlag)),
  listenerPath: Type.Optional(Type.String()),
  listenerMetadata: Type.Optional(Type.String()),
  syscalls: Type.Optional(Type.Array(SeccompSyscall)),
});
