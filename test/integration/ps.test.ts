/** `ps`: the processes of a container, whoever asks, with a cgroup or without. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCommand, need, needs } from '../setup/needs.ts';
import { created, started, stateOf, stopped } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (needs.busybox.present()) bundle = familyBundle();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** A first process with a child, of a session of its own. */
function familyBundle(namespaces: (types: string[]) => string[] = (types) => types): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', 'setsid sleep 601 & exec sleep 602'];
      const types = config.linux.namespaces.map(({ type }: { type: string }) => type);
      config.linux.namespaces = namespaces(types).map((type) => ({ type }));
      // An ordinary user may mount /proc only in a pid namespace of their own.
      config.mounts[0] = { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind'] };
    },
  });
}

async function pidsOf(id: string, global: readonly string[] = []): Promise<number[]> {
  const { code, stdout, stderr } = await rig.tsrun([...global, 'ps', '--format', 'json', id]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** What the processes execute, in order. */
async function commandsOf(id: string): Promise<string[]> {
  const commands = (await pidsOf(id)).map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return commands.map((text) => text.replaceAll('\0', ' ').trim()).sort();
}

async function settled(id: string, count: number): Promise<void> {
  for (let tries = 0; (await commandsOf(id)).join().match(/sleep 60\d/g)?.length !== count; tries++) {
    if (tries === 50) throw new Error('the container does not get its processes');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('ps', () => {
  test('prints the pids of all processes, those of exec too', async (context) => {
    need(context, 'busybox');
    const id = await started(rig, bundle);
    expect(await rig.tsrun(['exec', '--detach', id, 'sleep', '603'], silent)).toMatchObject({ code: 0 });
    await settled(id, 3);
    expect(await commandsOf(id)).toEqual(['sleep 601', 'sleep 602', 'sleep 603']);
    expect(await pidsOf(id)).toContain((await stateOf(rig, id)).pid);
  });

  test('shows the lines of the host’s ps with them, as runc does', async (context) => {
    need(context, 'busybox');
    context.skip(findCommand('ps') === undefined, 'procps is not installed');
    const id = await started(rig, bundle);
    await settled(id, 2);
    const table = await rig.tsrun(['ps', id, '-o', 'pid,args', '-e']);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    const [header = '', ...lines] = table.stdout.trimEnd().split('\n');
    expect(header.trim()).toBe('PID COMMAND');
    const rows = lines.map((line) => line.trim().replace(/^\d+ /, ''));
    expect(rows.sort()).toEqual(['sleep 601', 'sleep 602']);
    expect((await rig.tsrun(['ps', id])).stdout).toMatch(/^UID +PID +PPID .*\n(.* sleep 60[12]\n){2}$/);
  });

  test('says what ps says of options that it does not take', async (context) => {
    need(context, 'busybox');
    context.skip(findCommand('ps') === undefined, 'procps is not installed');
    const id = await started(rig, bundle);
    const wrong = await rig.tsrun(['ps', id, '--nosuch']);
    expect(wrong).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^tsrun: ps: exit status 1: /),
    });
    const blind = await rig.tsrun(['ps', id, '-o', 'cmd']);
    expect(blind).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("couldn't find PID field in ps output"),
    });
  });

  test('finds them where there is no cgroup: by pid namespace, or by descent', async (context) => {
    need(context, 'busybox');
    for (const own of [bundle, familyBundle((types) => types.filter((type) => type !== 'pid'))]) {
      const id = rig.id();
      const run = ['--cgroup-manager', 'disabled', 'run', '--detach', '--bundle', own.path, id];
      expect(await rig.tsrun(run, silent)).toMatchObject({ code: 0 });
      await settled(id, 2);
      expect(await commandsOf(id)).toEqual(['sleep 601', 'sleep 602']);
      expect((await rig.tsrun(['kill', id, 'KILL'])).code).toBe(0);
    }
  });

  test('shows the waiting process of a created container, and none of a stopped one', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, bundle);
    expect(await pidsOf(id)).toEqual([(await stateOf(rig, id)).pid]);
    expect((await rig.tsrun(['kill', id, 'KILL'])).code).toBe(0);
    await stopped(rig, id);
    expect(await pidsOf(id)).toEqual([]);
  });
});

/** Without the caller's pipes: who lives on would keep them open. */
const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'] };
