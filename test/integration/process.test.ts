/** Who and what the container's process is to the kernel: scheduling, processors, memory, personality. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { need, needRoot } from '../setup/needs.ts';
import { sleepingBundle, started } from '../setup/probe-container.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

/** Nice value, real-time priority and policy of a process, proc_pid_stat(5); its domain; its I/O priority; its pages. */
const look =
  'echo "nice, priority, policy: $(cut -d" " -f19,40,41 /proc/$$/stat)"; ' +
  'uname -m; cat /proc/$$/personality; ionice; cut -d" " -f2 /proc/$$/numa_maps | sort -u; ' +
  'grep ^Cpus_allowed_list /proc/$$/status | cut -f2';

interface Look {
  readonly scheduling: string;
  readonly machine: string;
  readonly personality: string;
  readonly io: string;
  readonly memory: string;
  readonly processors: string;
}

function read(text: string): Look {
  const [scheduling = '', machine = '', personality = '', io = '', memory = '', processors = ''] = text
    .trimEnd()
    .split('\n');
  return { scheduling, machine, personality, io, memory, processors };
}

async function run(rig: Rig, change: (config: LooseConfig) => void, ...options: string[]): Promise<Look> {
  const bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', look];
      // They would be missed where there are no cgroups.
      delete config.linux.resources;
      change(config);
    },
  });
  const result = await rig.tsrun([...options, 'run', '--bundle', bundle.path, rig.id()]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return read(result.stdout);
}

/** Real-time policies need a share of the cgroup's time on version 1: without cgroups the machine's counts. */
const noCgroups = ['--cgroup-manager', 'disabled'];

test('every policy of the scheduler is set with what belongs to it', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  const scheduled = async (scheduler: LooseConfig) =>
    (await run(rig, ({ process }) => Object.assign(process, { scheduler }), ...noCgroups)).scheduling;
  const flags = ['SCHED_FLAG_RESET_ON_FORK'];
  expect([
    await scheduled({ policy: 'SCHED_OTHER', nice: -7 }),
    await scheduled({ policy: 'SCHED_FIFO', priority: 42 }),
    await scheduled({ policy: 'SCHED_RR', priority: 1, flags }),
    await scheduled({ policy: 'SCHED_BATCH', nice: 5 }),
    await scheduled({ policy: 'SCHED_IDLE' }),
    // It could not start the commands of the script without the flag.
    await scheduled({ policy: 'SCHED_DEADLINE', runtime: 1e6, deadline: 1e7, period: 2e7, flags }),
  ]).toEqual([
    'nice, priority, policy: -7 0 0',
    `nice, priority, policy: ${getPriority()} 42 1`,
    `nice, priority, policy: ${getPriority()} 1 2`,
    'nice, priority, policy: 5 0 3',
    `nice, priority, policy: ${getPriority()} 0 5`,
    `nice, priority, policy: ${getPriority()} 0 6`,
  ]);
});

test('a process in a user namespace gets what takes a right of the machine’s root', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  const seen = await run(
    rig,
    ({ process, linux }) => {
      const map = [{ containerID: 0, hostID: 0, size: 65536 }];
      Object.assign(linux, { uidMappings: map, gidMappings: map });
      linux.namespaces.push({ type: 'user' });
      process.scheduler = { policy: 'SCHED_RR', priority: 3 };
      process.ioPriority = { class: 'IOPRIO_CLASS_RT', priority: 2 };
    },
    ...noCgroups,
  );
  const scheduling = `nice, priority, policy: ${getPriority()} 3 2`;
  expect(seen).toMatchObject({ scheduling, io: 'realtime: prio 2' });
});

test('personality, memory policy and I/O priority are the process’s', async (context) => {
  need(context, 'busybox');
  context.skip(process.arch !== 'x64', 'not every other processor has a 32-bit mode');
  await using rig = makeRig();
  const seen = await run(rig, ({ linux }) =>
    Object.assign(linux, {
      personality: { domain: 'LINUX32' },
      memoryPolicy: { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] },
    }),
  );
  expect(seen).toMatchObject({ machine: 'i686', personality: '00000008', memory: 'bind=static:0' });
  const plain = await run(rig, ({ process: own }) =>
    Object.assign(own, { ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 6 } }),
  );
  expect(plain).toMatchObject({ machine: 'x86_64', io: 'best-effort: prio 6', memory: 'default' });
});

test('a personality is the one that crun gives', async (context) => {
  need(context, 'busybox', 'crun');
  needRoot(context);
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own, linux }) => {
      own.args = ['sh', '-c', 'uname -m; cat /proc/self/personality'];
      linux.personality = { domain: 'LINUX' };
    },
  });
  const run = async (runtime: 'tsrun' | 'crun') =>
    (await rig[runtime](['run', '--bundle', bundle.path, rig.id()], { through: ['setarch', 'linux32'] }))
      .stdout;
  const seen = await run('tsrun');
  expect(seen).toMatch(/\n00000000\n$/);
  expect(seen).toBe(await run('crun'));
});

test('exec runs on the processors that are asked for, whether in its file or in the container’s', async (context) => {
  need(context, 'busybox');
  const all = readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(.*)$/m)?.[1] ?? '';
  context.skip(!/^0[-,]/.test(all), 'needs two processors');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) => {
      Object.assign(own, { args: ['sleep', '600'], execCPUAffinity: { initial: '0', final: '0' } });
    },
  });
  const id = await started(rig, bundle);
  const exec = async (...words: string[]) => {
    const result = await rig.tsrun(['exec', ...words]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return read(result.stdout).processors;
  };
  const file = join(bundle.path, 'process.json');
  const fromFile = (execCPUAffinity: LooseConfig | undefined) => {
    const { user, cwd, env } = JSON.parse(readFileSync(join(bundle.path, 'config.json'), 'utf8')).process;
    writeFileSync(file, JSON.stringify({ user, cwd, env, args: ['sh', '-c', look], execCPUAffinity }));
    return exec('--process', file, id);
  };
  expect([
    await exec(id, 'sh', '-c', look),
    await fromFile(undefined),
    await fromFile({ initial: '0' }),
    await fromFile({}),
    await fromFile({ initial: '0', final: '1' }),
  ]).toEqual(['0', '0', all, all, '1']);
  expect(readFileSync(`/proc/${await pidOf(rig, id)}/status`, 'utf8')).toContain(
    `Cpus_allowed_list:\t${all}\n`,
  );
});

async function pidOf(rig: Rig, id: string): Promise<number> {
  return JSON.parse((await rig.tsrun(['state', id])).stdout).pid;
}

test('what cannot be had is an error with the field and a remedy', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) => {
      own.execCPUAffinity = { initial: '8000' };
      own.args = ['sleep', '600'];
    },
  });
  const id = await started(rig, bundle);
  const refused = await rig.tsrun(['exec', id, 'true']);
  expect(refused).toMatchObject({ code: 255, stdout: '' });
  expect(refused.stderr).toContain(
    'cannot use the processors 8000: sched_setaffinity: EINVAL (invalid argument)',
  );
  expect(refused.stderr).toMatch(/field: .*\/process\/execCPUAffinity\/initial/);
  expect(refused.stderr).toContain('hint: none of them can be used here');
});

test('a label of a security module that is not there is an error of create, and of exec', async (context) => {
  need(context, 'busybox');
  context.skip(existsSync('/sys/module/apparmor') || existsSync('/sys/fs/selinux/enforce'), 'one is there');
  await using rig = makeRig();
  const labelled = rig.bundle({
    config: ({ process: own }) => Object.assign(own, { apparmorProfile: 'web' }),
  });
  const id = rig.id();
  const refused = await rig.tsrun(['create', '--bundle', labelled.path, id]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(
    'cannot apply the AppArmor profile "web": write: EINVAL (invalid argument)',
  );
  expect(refused.stderr).toContain('(/process/apparmorProfile)');
  expect(refused.stderr).toContain('hint: AppArmor is not enabled on this machine');
  const running = await started(rig, sleepingBundle(rig));
  const [profile, label, unconfined] = await Promise.all([
    rig.tsrun(['exec', '--apparmor', 'web', running, 'true']),
    rig.tsrun(['exec', '--process-label', 'a_u:b_r:c_t:s0', running, 'true']),
    rig.tsrun(['exec', '--apparmor', 'unconfined', running, 'true']),
  ]);
  expect([profile.code, label.code, unconfined.code]).toEqual([255, 255, 0]);
  expect(profile.stderr).toContain('hint: AppArmor is not enabled on this machine');
  expect(label.stderr).toContain('hint: SELinux is not enabled on this machine');
});

test('exec has the OOM score of the container, as under runc, or that of its file', async (context) => {
  need(context, 'busybox', 'runc');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) => Object.assign(own, { args: ['sleep', '600'], oomScoreAdj: 321 }),
  });
  const score = ['cat', '/proc/self/oom_score_adj'];
  const id = await started(rig, bundle);
  expect((await rig.tsrun(['exec', id, ...score])).stdout).toBe('321\n');
  const file = join(bundle.path, 'process.json');
  // An ordinary user cannot go below what systemd gives to a session.
  const lowest = process.getuid?.() === 0 ? '0\n' : readFileSync('/proc/self/oom_score_adj', 'utf8');
  for (const [oomScoreAdj, seen] of [
    [undefined, '321\n'],
    [654, '654\n'],
    [0, lowest],
  ]) {
    const process = { cwd: '/', user: { uid: 0, gid: 0 }, args: ['/bin/cat', score[1]], oomScoreAdj };
    writeFileSync(file, JSON.stringify(process));
    expect((await rig.tsrun(['exec', '--process', file, id])).stdout).toBe(seen);
  }
  const theirs = rig.id();
  const streams = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
  expect(
    (await rig.runc(['run', '--detach', '--bundle', bundle.path, theirs], { through: streams })).code,
  ).toBe(0);
  expect((await rig.runc(['exec', theirs, ...score])).stdout).toBe('321\n');
});

test('an OOM score that may not be lowered stays for an ordinary user, and is an error for root', async (context) => {
  need(context, 'busybox');
  const { CapEff = '0' } =
    /^CapEff:\s*(?<CapEff>.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.groups ?? {};
  context.skip((BigInt(`0x${CapEff}`) & (1n << 24n)) !== 0n, 'has CAP_SYS_RESOURCE');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) =>
      Object.assign(own, { args: ['cat', '/proc/self/oom_score_adj'], oomScoreAdj: -1000 }),
  });
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
  const hint = 'hint: it can be lowered with CAP_SYS_RESOURCE only';
  expect(result.stderr).toContain(hint);
  if (process.getuid?.() === 0) {
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('cannot set oom_score_adj to -1000');
    return;
  }
  const own = readFileSync('/proc/self/oom_score_adj', 'utf8');
  expect(result).toMatchObject({ code: 0, stdout: own });
  expect(result.stderr).toContain(
    `warning: oom_score_adj stays ${own.trim()}: it may not be lowered to -1000`,
  );
});

test('a variable that is none is an error of exec, as it is one in a configuration', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const id = await started(rig, sleepingBundle(rig));
  const refused = await rig.tsrun(['exec', '--env', 'FOO', id, 'true']);
  expect(refused).toMatchObject({ code: 255, stdout: '' });
  expect(refused.stderr).toContain('invalid environment variable: "FOO"');
});
