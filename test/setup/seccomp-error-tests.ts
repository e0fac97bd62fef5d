/** Filters that forbid what the process itself has to do: always an error that says so, and never a wait. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import { adopt } from './adopt.ts';
import type { LooseConfig } from './base-config.ts';
import { need } from './needs.ts';
import { makeRig } from './rig.ts';

interface Forbidding {
  readonly seccomp: Seccomp;
  readonly config?: (config: LooseConfig) => void;
  readonly says: string;
  readonly hint: string;
  /** The process cannot tell, and `start` is not its parent. */
  readonly silent?: true;
  /** It stops `create` too. */
  readonly early?: true;
}

function without(...names: string[]): Seccomp {
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }] };
}

const allowExecve = 'the profile has to allow execve';

const profiles: Readonly<Record<string, Forbidding>> = {
  'execve with an errno': {
    seccomp: without('execve'),
    says: 'exec: "/bin/true": EPERM (operation not permitted)',
    hint: 'the seccomp profile has to allow execve',
  },
  'execve, and to tell of it': {
    seccomp: without('execve', 'sendto', 'write'),
    says: 'exec: "/bin/true": EPERM (operation not permitted)',
    hint: allowExecve,
    silent: true,
  },
  'to tell of an execve that fails for another reason': {
    seccomp: without('sendto', 'write'),
    config: ({ process }) => {
      process.args = ['/script'];
    },
    says: 'exec: "/script": ENOENT (no such file or directory)',
    hint: 'the seccomp filter is in force by then',
    silent: true,
  },
  everything: {
    seccomp: { defaultAction: 'SCMP_ACT_ERRNO' },
    says: 'exec: "/bin/true": stopped by the seccomp filter',
    hint: allowExecve,
    silent: true,
  },
  'everything, and kills': {
    seccomp: { defaultAction: 'SCMP_ACT_KILL_PROCESS' },
    says: 'exec: "/bin/true": stopped by the seccomp filter',
    hint: allowExecve,
    silent: true,
  },
  'to give up rights': {
    seccomp: without('capset'),
    config: ({ process }) => {
      process.noNewPrivileges = false;
    },
    says: 'cannot give up CAP_SYS_ADMIN: capset: EPERM (operation not permitted)',
    hint: 'the profile has to allow capset, or set process.noNewPrivileges to true',
    early: true,
  },
};

export function testForbidding(): void {
  describe('a filter that forbids', () => {
    for (const [name, { seccomp, config, says, hint, silent, early }] of Object.entries(profiles)) {
      test(name, async (context) => {
        need(context, 'libseccomp');
        await using rig = makeRig();
        using _ = adopt();
        const bundle = rig.bundle({
          config: (base) => {
            base.linux.seccomp = seccomp;
            config?.(base);
          },
        });
        writeFileSync(join(bundle.rootfs, 'script'), '#!/no/such/interpreter\n');
        chmodSync(join(bundle.rootfs, 'script'), 0o755);
        const run = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
        const id = rig.id();
        const quietly = { through: ['sh', '-c', 'exec "$@" <&- >/dev/null 2>"$0"', join(rig.path, 'err')] };
        const create = await rig.tsrun(['create', '--bundle', bundle.path, id], quietly);
        expect(run.code).toBe(1);
        expect(run.stderr).toContain(says);
        expect(run.stderr).toContain(hint);
        if (early) {
          expect(create.code).toBe(1);
          expect(readFileSync(join(rig.path, 'err'), 'utf8')).toContain(says);
          return;
        }
        const start = await rig.tsrun(['start', id]);
        expect(start.code).toBe(1);
        expect(start.stderr).toContain(silent ? 'ended under the seccomp filter' : says);
        expect(start.stderr).toContain(silent ? allowExecve : hint);
      });
    }
  });

  test('startContainer hooks are filtered like the process, as by runc and crun', async (context) => {
    need(context, 'libseccomp', 'runc');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (base) => {
        const args = ['mkdir', '/dev/shm/hook'];
        base.hooks = { startContainer: [{ path: '/bin/mkdir', args }] };
        base.linux.seccomp = without('mkdir', 'mkdirat');
      },
    });
    for (const runtime of ['tsrun', 'runc'] as const) {
      const { code, stderr } = await rig[runtime](['run', '--bundle', bundle.path, rig.id()]);
      expect(code).toBe(1);
      expect(stderr).toContain("mkdir: can't create directory '/dev/shm/hook': Operation not permitted");
    }
  });

  test('exec is filtered by the profile of the container', async (context) => {
    need(context, 'libseccomp');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (base) => {
        base.process.args = ['sleep', '600'];
        base.linux.seccomp = without('mkdir', 'mkdirat');
      },
    });
    const id = rig.id();
    const quietly = { through: ['sh', '-c', 'exec "$@" <&- >/dev/null 2>&1', 'sh'] };
    await rig.tsrun(['run', '--detach', '--bundle', bundle.path, id], quietly);
    const script = 'mkdir /dev/shm/x; grep ^Seccomp: /proc/self/status';
    const { stdout, stderr } = await rig.tsrun(['exec', id, 'sh', '-c', script]);
    expect(stderr).toBe("mkdir: can't create directory '/dev/shm/x': Operation not permitted\n");
    expect(stdout).toBe('Seccomp:\t2\n');
  });
}
