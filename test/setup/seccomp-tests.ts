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
  'a profile with an errno of its own': { profile: { ...dockerDefault(), defaultErrnoRet: 77 } },
  'a profile that traps': { profile: { ...dockerDefault(), defaultAction: 'SCMP_ACT_TRAP' } },
  'a profile that traces': { profile: { ...dockerDefault(), defaultAction: 'SCMP_ACT_TRACE' } },
  'a profile that refuses a few': {
    profile: {
      defaultAction: 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [
        { names: ['mkdir', 'umask', 'socket', 'no_such_call'], action: 'SCMP_ACT_ERRNO', errnoRet: 42 },
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
