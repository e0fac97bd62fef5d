/** Compiled filters, asked about single system calls; and which of them a created container waits under. */
import { expect, test } from 'vitest';
import { type SyscallName, syscallNumber } from '../../../src/kernel/syscall-numbers.ts';
import { compile } from '../../../src/seccomp/compile.ts';
import { SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, verdict } from '../../../src/seccomp/verdict.ts';
import { filteredWhileWaiting } from '../../../src/seccomp/while-waiting.ts';
import type { Seccomp } from '../../../src/spec/types.ts';
import { need } from '../../setup/needs.ts';
import { dockerDefault, podmanDefault } from '../../setup/seccomp/profiles.ts';

const ERRNO = 0x00050000;
const KILL_PROCESS = 0x80000000;

const asked = (profile: Seccomp, name: SyscallName, ...args: number[]) =>
  verdict(compile(profile).program, syscallNumber(name), args);

test('a filter answers as its profile says', (context) => {
  need(context, 'libseccomp');
  const profile: Seccomp = {
    defaultAction: 'SCMP_ACT_KILL_PROCESS',
    syscalls: [
      { names: ['read'], action: 'SCMP_ACT_ALLOW' },
      { names: ['write'], action: 'SCMP_ACT_LOG' },
      { names: ['close'], action: 'SCMP_ACT_ERRNO', errnoRet: 5 },
      {
        names: ['dup3'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, op: 'SCMP_CMP_GT', value: 2n ** 32n }],
      },
      {
        names: ['fcntl'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 1, op: 'SCMP_CMP_MASKED_EQ', value: 12, valueTwo: 4 }],
      },
    ],
  };
  expect(asked(profile, 'read')).toBe(SECCOMP_RET_ALLOW);
  expect(asked(profile, 'write')).toBe(SECCOMP_RET_LOG);
  expect(asked(profile, 'close')).toBe(ERRNO);
  expect(asked(profile, 'execve')).toBe(KILL_PROCESS);
  expect(asked(profile, 'dup3', 2 ** 32)).toBe(KILL_PROCESS);
  expect(asked(profile, 'dup3', 2 ** 32 + 1)).toBe(SECCOMP_RET_ALLOW);
  expect(asked(profile, 'fcntl', 0, 0x37)).toBe(SECCOMP_RET_ALLOW);
  expect(asked(profile, 'fcntl', 0, 0x3f)).toBe(KILL_PROCESS);
});

test('what is no program of ours is as strict as can be', () => {
  expect(verdict(new Uint8Array(8), 0, [])).toBe(KILL_PROCESS);
  expect(verdict(new Uint8Array(0), 0, [])).toBe(KILL_PROCESS);
});

const without = (...names: string[]): Seccomp => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }],
});

function waits(profile: Seccomp, noNewPrivileges: boolean, hooks = false): boolean {
  const filter = { program: compile(profile).program, flags: 0 };
  return filteredWhileWaiting(filter, { noNewPrivileges, hooks, traceable: false });
}

test('the profiles of engines are in force while a container waits, with startContainer hooks too', (context) => {
  need(context, 'libseccomp');
  for (const profile of [dockerDefault(), podmanDefault()])
    for (const noNewPrivileges of [true, false])
      for (const hooks of [true, false]) expect(waits(profile, noNewPrivileges, hooks)).toBe(true);
});

test('sockets are needed for hooks alone', (context) => {
  need(context, 'libseccomp');
  const profile = without('accept4', 'recvfrom', 'sendto', 'close', 'clone');
  expect(waits(profile, false)).toBe(true);
  expect(waits(profile, true, true)).toBe(false);
  expect(() => waits(profile, false, true)).toThrow('waits with: accept4, sendto, recvfrom, clone, close');
});

test('a profile that forbids to wait comes later, if that takes no right', (context) => {
  need(context, 'libseccomp');
  expect(waits(without('read'), true)).toBe(false);
  expect(() => waits(without('read'), false)).toThrow(
    'the seccomp profile forbids what a created container waits with: read',
  );
});
