/** Tests of seccomp that root and ordinary users run alike. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import type { LooseConfig } from './base-config.ts';
import { need } from './needs.ts';
import { makeRig, type Rig } from './rig.ts';
import { dockerDefault, podmanDefault } from './seccomp/profiles.ts';
import { placeProgram } from './seccomp/programs.ts';

type Runtime = 'tsrun' | 'runc';

interface Circumstances {
  readonly profile: Seccomp;
  readonly config?: (config: LooseConfig) => void;
}

const withPrivileges = ({ process }: LooseConfig) => {
  process.noNewPrivileges = false;
};

const variants: Readonly<Record<string, Circumstances>> = {
  "Docker's default profile": { profile: dockerDefault() },
  "podman's default profile": { profile: podmanDefault() },
  'a process that may gain privileges': { profile: dockerDefault(), config: withPrivileges },
  'a profile that kills': { profile: { ...dockerDefault(), defaultAction: 'SCMP_ACT_KILL_PROCESS' } },
  'a profile for x86-64 and x32 alone': {
    profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X32'] },
  },
  'a profile for x86-64 alone': { profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_X86_64'] } },
  'a profile for x86-64 alone that kills': {
    profile: {
      ...dockerDefault(),
      architectures: ['SCMP_ARCH_X86_64'],
      defaultAction: 'SCMP_ACT_KILL_PROCESS',
    },
  },
  'a profile for x32 alone': { profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_X32'] } },
  'a profile for i386 alone': { profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_X86'] } },
  'a profile for i386 alone that kills': {
    profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_X86'], defaultAction: 'SCMP_ACT_KILL_PROCESS' },
  },
  'a profile for another machine': {
    profile: { ...dockerDefault(), architectures: ['SCMP_ARCH_AARCH64'] },
  },
  'a profile with an errno of its own': { profile: { ...dockerDefault(), defaultErrnoRet: 77 } },
  'a profile that traps': { profile: { ...dockerDefault(), defaultAction: 'SCMP_ACT_TRAP' } },
  'a profile that traces': { profile: { ...dockerDefault(), defaultAction: 'SCMP_ACT_TRACE' } },
  'a profile that refuses a few': {
    profile: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [
        { names: ['mkdir', 'umask', 'socket'], action: 'SCMP_ACT_ERRNO', errnoRet: 42 },
        // The probe's arguments have all bits set.
        rule('personality', 'SCMP_ACT_ERRNO', [0, 'SCMP_CMP_EQ', 2n ** 64n - 1n]),
        rule('lseek', 'SCMP_ACT_KILL_PROCESS', [1, 'SCMP_CMP_EQ', 5], [1, 'SCMP_CMP_GE', 2n ** 63n]),
        rule('dup', 'SCMP_ACT_ERRNO', [0, 'SCMP_CMP_MASKED_EQ', 255, 255]),
        rule('dup2', 'SCMP_ACT_ERRNO', [0, 'SCMP_CMP_LT', 5], [1, 'SCMP_CMP_GT', 5]),
        rule('alarm', 'SCMP_ACT_TRACE', [0, 'SCMP_CMP_NE', 5], [1, 'SCMP_CMP_GT', 5]),
        rule('access', 'SCMP_ACT_TRAP', [0, 'SCMP_CMP_LE', 2n ** 64n - 1n], [1, 'SCMP_CMP_NE', 5]),
      ],
    },
  },
};

type Condition = readonly [number, NonNullable<Rule['args']>[number]['op'], number | bigint, number?];
type Rule = NonNullable<Seccomp['syscalls']>[number];

function rule(name: string, action: Rule['action'], ...conditions: readonly Condition[]): Rule {
  const args = conditions.map(([index, op, value, valueTwo = 0]) => ({ index, op, value, valueTwo }));
  return { names: [name], action, args };
}

export function testRefusals(): void {
  describe('the same system calls are refused as by runc', () => {
    for (const [name, circumstances] of Object.entries(variants)) {
      test.skipIf(process.arch !== 'x64')(name, async (context) => {
        need(context, 'gcc', 'libseccomp', 'runc');
        await using rig = makeRig();
        const ours = await refusals(rig, 'tsrun', circumstances);
        expect(ours.split('\n').length).toBeGreaterThan(1700);
        expect(ours).toBe(await refusals(rig, 'runc', circumstances));
      });
    }
  });
}

/** Calls that Debian's libseccomp does not know. */
export function testNewerCalls(): void {
  test.skipIf(process.arch !== 'x64')(
    'rules for newer system calls are kept, by their numbers',
    async (context) => {
      need(context, 'gcc', 'libseccomp');
      await using rig = makeRig();
      const profile: Seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        syscalls: [
          { names: ['fchmodat2', 'mseal'], action: 'SCMP_ACT_ERRNO', errnoRet: 77 },
          rule('listmount', 'SCMP_ACT_KILL_PROCESS', [1, 'SCMP_CMP_GE', 2n ** 63n]),
          rule('statmount', 'SCMP_ACT_KILL_PROCESS', [1, 'SCMP_CMP_EQ', 5]),
        ],
      };
      const lines = (await refusals(rig, 'tsrun', { profile })).split('\n');
      for (const abi of ['x86_64', 'x32']) {
        expect(lines).toContain(`${abi} 452 errno 77`);
        expect(lines).toContain(`${abi} 462 errno 77`);
        expect(lines).toContain(`${abi} 458 signal 31`);
        expect(lines).not.toContain(`${abi} 457 signal 31`);
      }
      expect(lines).toContain('i386 452 errno 77');
    },
  );

  test('a name that nobody knows is an error if it is to be refused, and a warning if it is allowed', async (context) => {
    need(context, 'libseccomp', 'busybox');
    await using rig = makeRig();
    const run = async (action: Rule['action'], defaultAction: Seccomp['defaultAction']) => {
      const syscalls = [{ names: ['mkdir', 'opennat'], action }];
      const all = [...(dockerDefault().syscalls ?? []), ...syscalls];
      const bundle = rig.bundle({
        config: (base) => {
          base.linux.seccomp = {
            defaultAction,
            syscalls: defaultAction === 'SCMP_ACT_ALLOW' ? syscalls : all,
          };
        },
      });
      // The second time, the program would be a kept one.
      await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
      return rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    };
    const refused = await run('SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('cannot apply SCMP_ACT_ERRNO to the system call "opennat"');
    expect(refused.stderr).toContain('(/linux/seccomp/syscalls/0/names/1)');
    const allowed = await run('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO');
    expect(allowed.code).toBe(0);
    expect(allowed.stderr).toContain('warning:');
    expect(allowed.stderr).toContain('found "opennat", which neither libseccomp');
  });
}

async function refusals(rig: Rig, runtime: Runtime, { profile, config }: Circumstances): Promise<string> {
  const bundle = rig.bundle({
    config: (base) => {
      base.process.args = ['/probe'];
      base.linux.seccomp = profile;
      config?.(base);
    },
  });
  placeProgram('probe', join(bundle.rootfs, 'probe'));
  const { code, stdout, stderr } = await rig[runtime](['run', '--bundle', bundle.path, rig.id()]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}
