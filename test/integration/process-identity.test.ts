/**
 * Which process is the container's, and whether it has ended: with a main thread that has, with a /proc that does not
 * show it, with one of another pid namespace, and when its pid is used again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { runsOn, startedLeaderless } from '../setup/leaderless.ts';
import { need, needRoot } from '../setup/needs.ts';
import { detached, sleepingBundle, started, stateOf, stopped } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { makeRig, programUnderTest, type Rig } from '../setup/rig.ts';
import { type Running, startProgram } from '../setup/running.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => need(context, 'busybox'));

const silence = { code: 0, signal: null, stdout: '', stderr: '' };

function openPids(config: LooseConfig): void {
  config.linux.namespaces = config.linux.namespaces.filter(({ type }: { type: string }) => type !== 'pid');
  config.mounts[0] = { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind'] };
}

describe('a process whose main thread has ended', () => {
  const kinds = [
    ['in its own pid namespace', () => {}],
    ["in the host's pid namespace", openPids],
  ] as const;

  test.for(kinds)('runs until its last thread has, %s', async ([, config], context) => {
    need(context, 'gcc');
    const { id, pid } = await startedLeaderless(rig, config);
    expect(await stateOf(rig, id)).toMatchObject({ status: 'running', pid });
    expect((await rig.tsrun(['list', '--format', 'json'])).stdout).toContain('"status":"running"');
    expect(JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout)).toEqual([pid]);
    const refused = await rig.tsrun(['delete', id]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain('that is not stopped: running');
    expect((await rig.tsrun(['exec', id, 'true'])).stderr).toContain('its main thread');
    expect(await rig.tsrun(['kill', id, 'KILL'])).toEqual(silence);
    await stopped(rig, id);
    expect(runsOn(pid)).toBe(false);
    expect(await rig.tsrun(['delete', id])).toEqual(silence);
  });

  test.for(kinds)('is killed by delete --force, %s', async ([, config], context) => {
    need(context, 'gcc');
    const { id, pid } = await startedLeaderless(rig, config);
    expect(await rig.tsrun(['delete', '--force', id])).toEqual(silence);
    expect(runsOn(pid)).toBe(false);
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('a /proc that hides the process', () => {
  /**
   * Without CAP_SYS_PTRACE, and not in the group of `gid`, root sees no more than others do: a created container's
   * process, which is not dumpable, is hidden.
   */
  const hiding = [
    ...['unshare', '--mount', 'setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace'],
    ...['sh', '-c', 'mount -t proc -o hidepid=2,gid=65533 proc /proc && exec "$@"', 'sh'],
  ];
  const bundle = () =>
    rig.bundle({
      config: (config) => {
        openPids(config);
        config.process.args = ['sleep', '600'];
      },
    });

  test.for(['before', 'since'])(
    'does not end a container: hidden %s it was created',
    async (when, context) => {
      needRoot(context);
      const through = when === 'before' ? hiding : [];
      const id = rig.id();
      const line = ['create', '--bundle', bundle().path, id];
      expect(await detached(rig, line, { through })).toMatchObject(silence);
      const { pid } = await stateOf(rig, id);
      const visible = await rig.tsrun(['state', id], {
        through: [...hiding, 'sh', '-c', `test ! -e /proc/${pid} && exec "$@"`, 'sh'],
      });
      expect(visible).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(visible.stdout)).toMatchObject({ status: 'created', pid });
      expect((await rig.tsrun(['list'], { through: hiding })).stdout).toMatch(
        new RegExp(`${id} .* created `),
      );
      expect(await rig.tsrun(['start', id], { through: hiding })).toEqual(silence);
      expect((await rig.tsrun(['state', id], { through: hiding })).stdout).toContain('"status": "running"');
      expect(await rig.tsrun(['kill', id, 'KILL'], { through: hiding })).toEqual(silence);
      await stopped(rig, id);
      expect((await rig.tsrun(['state', id], { through: hiding })).stdout).toContain('"status": "stopped"');
      expect(await rig.tsrun(['delete', id], { through: hiding })).toEqual(silence);
    },
  );

  test('does not keep delete --force from killing it', async (context) => {
    needRoot(context);
    const id = rig.id();
    const line = ['create', '--bundle', bundle().path, id];
    expect(await detached(rig, line, { through: hiding })).toMatchObject(silence);
    const { pid } = await stateOf(rig, id);
    expect(await rig.tsrun(['delete', '--force', id], { through: hiding })).toEqual(silence);
    expect(runsOn(pid)).toBe(false);
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('a /proc of another pid namespace', () => {
  const moved = ['unshare', '--pid', '--fork'];
  const refusal = '"/proc" does not belong to the pid namespace of this process';

  test('makes create, run and exec fail before they do anything', async (context) => {
    needRoot(context);
    const id = rig.id();
    const { path } = sleepingBundle(rig);
    for (const command of ['create', 'run']) {
      const { code, stderr } = await rig.tsrun([command, '--bundle', path, id], { through: moved });
      expect(code).toBe(1);
      expect(stderr).toContain(refusal);
      expect(stderr).toContain('mount -t proc proc /proc');
      expect(remains(rig, id)).toEqual([]);
    }
    const running = await started(rig, sleepingBundle(rig));
    const { code, stderr } = await rig.tsrun(['exec', running, 'true'], { through: moved });
    expect(code).not.toBe(0);
    expect(stderr).toContain(refusal);
  });
});

describe('a container of another pid namespace', () => {
  const withProc = ['unshare', '--pid', '--fork', '--mount-proc'];

  /** Lives as long as the namespace is to. */
  async function startedIn(id: string): Promise<Running> {
    const script = `"$@" </dev/null >/dev/null 2>&1 && echo started; exec sleep 600`;
    const run = [
      programUnderTest(),
      '--root',
      rig.root,
      'run',
      '--detach',
      '--bundle',
      sleepingBundle(rig).path,
      id,
    ];
    const [command = '', ...options] = withProc;
    const namespace = startProgram(command, [...options, '--kill-child', 'sh', '-c', script, 'sh', ...run]);
    await namespace.shows(/started/);
    return namespace;
  }

  function record(id: string): { readonly pid: number; readonly cgroups: readonly string[] } {
    return JSON.parse(readFileSync(join(rig.root, id, 'state.json'), 'utf8'));
  }

  test('is found, and its processes are killed, from a namespace around it', async (context) => {
    needRoot(context);
    const id = rig.id();
    await using _ = await startedIn(id);
    const { pid, status } = await stateOf(rig, id);
    expect(status).toBe('running');
    // The same number, out here, is a stranger's.
    expect(pid).not.toBe(record(id).pid);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).toBe('sleep\x00600\x00');
    expect((await rig.tsrun(['exec', id, 'true'])).stderr).toContain('belongs to another pid namespace');
    expect(await rig.tsrun(['delete', '--force', id])).toEqual(silence);
    expect(runsOn(pid)).toBe(false);
    expect(remains(rig, id)).toEqual([]);
  });

  test('has stopped when its namespace has ended', async (context) => {
    needRoot(context);
    const id = rig.id();
    const namespace = await startedIn(id);
    await namespace[Symbol.asyncDispose]();
    await stopped(rig, id);
    expect(await rig.tsrun(['delete', id])).toEqual(silence);
    expect(remains(rig, id)).toEqual([]);
  });

  test('leaves others in its cgroup alone if it was never finished', async (context) => {
    needRoot(context);
    need(context, 'strace');
    const id = rig.id();
    const killed = [
      'strace',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      'trace=sendto',
      '-e',
      'inject=sendto:signal=KILL',
    ];
    const { path } = sleepingBundle(rig);
    await rig.tsrun(['create', '--bundle', path, id], { through: [...withProc, ...killed] });
    const { pid, cgroups } = record(id);
    expect(pid).toBe(0);
    const cgroup = cgroups.find((one) => one.includes('/pids/')) ?? cgroups.at(-1) ?? '';
    mkdirSync(cgroup, { recursive: true });
    {
      await using stranger = startProgram('sleep', ['600']);
      writeFileSync(join(cgroup, 'cgroup.procs'), String(stranger.child.pid));
      const { code, stderr } = await rig.tsrun(['delete', '--force', id]);
      expect(code).toBe(1);
      expect(stderr).toContain('the processes in its cgroup may belong to others');
      expect(runsOn(Number(stranger.child.pid))).toBe(true);
    }
    expect(await rig.tsrun(['delete', '--force', id])).toEqual(silence);
    expect(remains(rig, id)).toEqual([]);
  });

  test('is left alone by every command of one that cannot see it', async (context) => {
    needRoot(context);
    const id = await started(rig, sleepingBundle(rig));
    const { pid } = await stateOf(rig, id);
    const lines = [
      ['state', id],
      ['kill', id, 'KILL'],
      ['ps', id],
      ['exec', id, 'true'],
      ['delete', id],
    ];
    for (const line of [...lines, ['delete', '--force', id]]) {
      const { code, stderr } = await rig.tsrun(line, { through: withProc });
      expect(code).not.toBe(0);
      expect(stderr).toContain(
        `container ${id} belongs to another pid namespace: its first process is ${pid} in`,
      );
      expect(stderr).toContain('nsenter');
    }
    expect(await rig.tsrun(['list'], { through: withProc })).toMatchObject({ code: 0 });
    expect(await stateOf(rig, id)).toMatchObject({ status: 'running', pid });
  });
});

describe('a pid that is used again while exec is at work', () => {
  /** The container ends, and a process outside of it gets its pid, while the system call is held up. */
  const script = `
    "$@" run --detach --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1
    pid=$("$@" state "$ID" | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p')
    strace -qq -f -o /dev/null -e trace="$CALL" -e inject="$CALL":delay_enter=4000000 \\
      "$@" exec "$ID" ls -d "$OUTSIDE" & exec=$!
    sleep 2
    kill -KILL "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
    echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
    sleep 600 & test $! = "$pid" || echo "pid $pid was not used again"
    wait "$exec"
    echo "status $?"`;

  test.for(['pidfd_open', 'setns'])('never is what is joined: %s', async (call, context) => {
    needRoot(context);
    need(context, 'strace');
    const id = rig.id();
    const variables = { BUNDLE: sleepingBundle(rig).path, ID: id, CALL: call, OUTSIDE: rig.path };
    const env = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const inside = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', 'sh', '-c', script, 'sh'];
    const result = await rig.tsrun([], { through: ['env', ...env, ...inside] });
    expect(result.stdout).toMatch(/^status (1|255)\n$/);
    expect(existsSync(rig.path)).toBe(true);
  });
});
