/** What a container may do that is created and not started: what its process will be allowed to, and no more. */
import { chmodSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { sampled } from '../setup/batteries.ts';
import { need, needRoot } from '../setup/needs.ts';
import { stateOf, stopped } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';
import { dockerDefault } from '../setup/seccomp/profiles.ts';

const isRoot = process.getuid?.() === 0;

type Change = (config: LooseConfig) => void;

const some = ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_SYS_PTRACE'];

const capable =
  (sets: LooseConfig): Change =>
  ({ process }) => {
    process.capabilities = sets;
  };
const filtered: Change = ({ linux }) => {
  linux.seccomp = dockerDefault();
};
const mayGain: Change = ({ process }) => {
  process.noNewPrivileges = false;
};
const user: Change = ({ process }) => {
  process.user = { uid: 1000, gid: 1000, additionalGids: [5, 6] };
};
const mapped: Change = ({ linux }) => {
  linux.namespaces.push({ type: 'user' });
  linux.uidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  linux.gidMappings = linux.uidMappings;
};
const together =
  (...changes: readonly Change[]): Change =>
  (config) => {
    for (const change of changes) change(config);
  };

const plain = capable({ bounding: some, effective: some, permitted: some });
const ambient = capable({
  ...{ bounding: some, effective: some, permitted: some },
  ...{ inheritable: some, ambient: some },
});

/** By everybody. */
const variants: Readonly<Record<string, Change>> = {
  root: plain,
  'root that may gain privileges': together(plain, mayGain),
  'root with a filter': together(plain, filtered),
  'root with a filter that may gain privileges': together(plain, filtered, mayGain),
  'root without capabilities': together(capable({}), filtered, mayGain),
  'no capabilities in the configuration': ({ process }) => {
    delete process.capabilities;
  },
  'sets that differ': capable({
    bounding: some,
    effective: ['CAP_KILL'],
    permitted: ['CAP_KILL', 'CAP_CHOWN'],
  }),
};

const rootsVariants: Readonly<Record<string, Change>> = {
  'a user': together(plain, user),
  'a user with a filter': together(plain, user, filtered),
  'a user with a filter that may gain privileges': together(plain, user, filtered, mayGain),
  'a user without capabilities': together(capable({}), user),
  'ambient capabilities': together(ambient, user),
  'ambient capabilities with a filter, and more to gain': together(ambient, user, filtered, mayGain),
  'a user namespace': together(plain, mapped, filtered),
  'a user of a user namespace that may gain privileges': together(plain, mapped, user, filtered, mayGain),
};

/** proc_pid_status(5) */
const FIELDS = /^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp|Seccomp_filters):[ \t]*(.*?)[ \t]*$/gm;

function rights(pid: number): Readonly<Record<string, string>> {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Object.fromEntries([...text.matchAll(FIELDS)].map(([, name = '', value = '']) => [name, value]));
}

/** Keeps no stream of ours. */
const quietly = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>"$0"'] };

async function create(
  rig: Rig,
  change: Change,
  runtime: 'tsrun' | 'runc' = 'tsrun',
): Promise<{ readonly id: string; readonly pid: number; readonly bundle: Bundle }> {
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      change(config);
    },
  });
  for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
  const id = rig.id();
  const [errors, file] = [join(bundle.path, 'errors'), join(bundle.path, 'pid')];
  const through = [...quietly.through, errors];
  const args = ['create', '--bundle', bundle.path, '--pid-file', file, id];
  const { code } = await rig[runtime](args, { through });
  expect({ code, stderr: readFileSync(errors, 'utf8') }).toEqual({ code: 0, stderr: '' });
  return { id, pid: Number(readFileSync(file, 'utf8')), bundle };
}

describe('a created container has the rights of its process, as with runc', () => {
  const all = Object.entries({ ...variants, ...(isRoot ? rootsVariants : {}) });
  for (const [name, change] of sampled(all)) {
    test(name, async (context) => {
      need(context, 'busybox', 'runc', 'libseccomp');
      await using rig = makeRig();
      const ours = await create(rig, change);
      expect(rights(ours.pid)).toEqual(rights((await create(rig, change, 'runc')).pid));
      expect(await rig.tsrun(['start', ours.id])).toMatchObject({ code: 0, stderr: '' });
    });
  }
});

test('a created container is not dumpable, and a started one is', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  const { id, pid } = await create(rig, together(plain, user));
  expect(statSync(`/proc/${pid}/environ`).uid).toBe(0);
  await rig.tsrun(['start', id]);
  await expect.poll(() => statSync(`/proc/${pid}/environ`).uid).toBe(1000);
});

test('a created container holds its streams and the FIFO that it waits on, and nothing else', async (context) => {
  need(context, 'busybox', 'libseccomp');
  needRoot(context);
  await using rig = makeRig();
  const hooks: Change = (config) => {
    config.hooks = { createContainer: [{ path: '/bin/true' }] };
  };
  for (const change of [plain, filtered, together(filtered, mayGain), mapped, hooks]) {
    const { id, pid } = await create(rig, change);
    const held = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > 2);
    const files = held.map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    expect(files).toEqual([join(rig.root, id, 'start')]);
  }
});

const forbidding = (...names: string[]): Change =>
  together(filtered, ({ linux }) => {
    linux.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names, action: 'SCMP_ACT_KILL_PROCESS' }],
    };
  });
const sockets = ['accept4', 'recvfrom', 'sendto', 'recvmsg', 'sendmsg', 'close', 'openat', 'madvise'];

describe('a filter that forbids', () => {
  test('sockets, files and more is in force while a container waits, and it starts', async (context) => {
    need(context, 'busybox', 'libseccomp');
    await using rig = makeRig();
    for (const more of [plain, mayGain]) {
      const { id, pid } = await create(
        rig,
        together(more, forbidding(...sockets), ({ process }) => {
          process.args = ['/bin/busybox', 'sleep', '0'];
        }),
      );
      expect(rights(pid).Seccomp).toBe('2');
      expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
      await stopped(rig, id);
    }
  });

  test('what the waiting takes is loaded by start, which takes no right', async (context) => {
    need(context, 'busybox', 'libseccomp');
    await using rig = makeRig();
    const { id, pid } = await create(rig, forbidding('read'));
    expect(rights(pid)).toMatchObject({ Seccomp: '0', NoNewPrivs: '1' });
    expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
    await expect
      .poll(() => stateOf(rig, id))
      .toMatchObject({ status: expect.stringMatching(/running|stopped/) });
  });

  test('what the waiting takes is an error if it has to be loaded with CAP_SYS_ADMIN', async (context) => {
    need(context, 'busybox', 'libseccomp');
    await using rig = makeRig();
    const bundle = rig.bundle({ config: together(mayGain, forbidding('read')) });
    const { code, stderr } = await rig.tsrun(['create', '--bundle', bundle.path, rig.id()]);
    expect(code).toBe(1);
    expect(stderr).toContain('the seccomp profile forbids what a created container waits with: read');
    expect((await rig.tsrun(['list', '--quiet'])).stdout).toBe('');
  });
});

test('few open files are enough to be started', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const { id } = await create(rig, ({ process }) => {
    process.args = ['true'];
    process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 3, hard: 3 }];
  });
  expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
});

test('what cannot be executed is told to start, which is no parent of the process', async (context) => {
  need(context, 'busybox', 'libseccomp');
  await using rig = makeRig();
  for (const change of [plain, filtered]) {
    const { id, bundle } = await create(
      rig,
      together(change, ({ process }) => {
        process.args = ['/bin/busybox', 'true'];
      }),
    );
    chmodSync(join(bundle.rootfs, 'bin/busybox'), 0o000);
    const { code, stderr } = await rig.tsrun(['start', id]);
    expect(code).toBe(1);
    expect(stderr).toContain('exec: "/bin/busybox": EACCES (permission denied)');
    await stopped(rig, id);
  }
});
