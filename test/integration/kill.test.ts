/** `kill` where more than the first process is meant, and more than one container. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitid } from '../../src/kernel/calls/process.ts';
import { P_PID, WEXITED, WNOWAIT } from '../../src/kernel/constants/process.ts';
import { perform } from '../../src/kernel/local.ts';
import { adopt } from '../setup/adopt.ts';
import { need, needRoot } from '../setup/needs.ts';
import { sleepingBundle, started, stateOf, stopped } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => need(context, 'busybox'));

/** Three processes, in the pid namespace of the host. */
function openBundle(): Bundle {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sh', '-c', 'setsid sleep 601 & sleep 602 & exec sleep 603'];
      config.linux.namespaces = config.linux.namespaces.filter(
        ({ type }: { type: string }) => type !== 'pid',
      );
      config.mounts[0] = { destination: '/proc', type: 'bind', source: '/proc', options: ['rbind'] };
    },
  });
}

async function pidsOf(id: string): Promise<number[]> {
  return JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout);
}

async function allOf(id: string): Promise<number[]> {
  for (let tries = 0; tries < 50; tries++) {
    const pids = await pidsOf(id);
    if (pids.length === 3) return pids;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('the container does not get its processes');
}

/** Waits until none of them runs any more. */
async function ended(pids: readonly number[]): Promise<void> {
  for (let tries = 0; pids.some(isAlive); tries++) {
    if (tries === 50) throw new Error(`${pids.filter(isAlive)} have not ended`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

describe('a container in the pid namespace of the host', () => {
  test('ends with all its processes by SIGKILL', async () => {
    const id = await started(rig, openBundle());
    const pids = await allOf(id);
    expect(await rig.tsrun(['kill', id, 'KILL'])).toEqual(silence);
    await ended(pids);
  });

  test('has any other signal sent to the first alone, or to all with --all', async () => {
    const id = await started(rig, openBundle());
    const pids = await allOf(id);
    const { pid } = await stateOf(rig, id);
    expect(await rig.tsrun(['kill', '--all', id, 'USR1'])).toEqual(silence);
    await ended(pids);
    const other = await started(rig, openBundle());
    const others = await allOf(other);
    const first = await stateOf(rig, other);
    expect(first.pid).not.toBe(pid);
    expect(await rig.tsrun(['kill', other, 'USR1'])).toEqual(silence);
    await ended([first.pid]);
    expect(others.filter(isAlive)).toHaveLength(2);
    for (const left of others.filter(isAlive)) process.kill(left, 'SIGKILL');
  });
});

test('--all takes a stopped container for done', async () => {
  const id = await started(rig, sleepingBundle(rig));
  expect(await rig.tsrun(['kill', id, 'KILL'])).toEqual(silence);
  await stopped(rig, id);
  expect((await rig.tsrun(['kill', id, 'KILL'])).stderr).toContain('container not running');
  expect(await rig.tsrun(['kill', '--all', id, '9'])).toEqual(silence);
});

describe('a process that has ended, and one that its parent has reaped', () => {
  test.for(['its own', "the host's"])(
    'are answered as by runc: in %s pid namespace',
    async (whose, context) => {
      // An ordinary user may have no cgroup, which tells what is left.
      needRoot(context);
      need(context, 'runc');
      using _ = adopt();
      const bundle = whose === 'its own' ? sleepingBundle(rig) : openBundle();
      const [ours, theirs] = [await answers('tsrun', bundle), await answers('runc', bundle)];
      const answer = { '15': 'container not running', '9': 'container not running', '--all 9': 0 };
      expect(theirs).toEqual({ ended: answer, reaped: answer });
      // Of what is left of a container without a pid namespace, newer runc says nothing.
      const own = whose === 'its own' ? answer : { ...answer, '9': 0 };
      expect(ours).toEqual({ ended: own, reaped: own });
    },
  );

  /** Only this process can reap the container's first. */
  async function answers(runtime: 'tsrun' | 'runc', bundle: Bundle) {
    const id = rig.id();
    const silent = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
    expect(await rig[runtime](['run', '--detach', '--bundle', bundle.path, id], { through: silent })).toEqual(
      silence,
    );
    const { pid } = JSON.parse((await rig[runtime](['state', id])).stdout);
    const kill = async (...line: readonly string[]) => {
      const { code, stderr } = await rig[runtime](['kill', ...line]);
      return /container not running/.exec(stderr)?.[0] ?? (stderr || code);
    };
    const all = async () => ({
      '15': await kill(id, '15'),
      '9': await kill(id, '9'),
      '--all 9': await kill('--all', id, '9'),
    });
    process.kill(pid, 'SIGKILL');
    perform(waitid(P_PID, pid, WEXITED | WNOWAIT));
    const ended = await all();
    perform(waitid(P_PID, pid));
    return { ended, reaped: await all() };
  }
});

test('--regex is for all whose id matches, of kill and of delete', async () => {
  await using own = makeRig();
  const bundle = sleepingBundle(own);
  const [one = '', two = '', three = ''] = [
    await started(own, bundle),
    await started(own, bundle),
    await started(own, bundle),
  ];
  const pattern = `^(${one}|${two})$`;
  expect(await own.tsrun(['kill', '--regex', pattern, 'KILL'])).toEqual(silence);
  for (const id of [one, two]) await stopped(own, id);
  expect((await stateOf(own, three)).status).toBe('running');
  expect(await own.tsrun(['delete', '--regex', pattern])).toEqual(silence);
  expect((await own.tsrun(['list', '--quiet'])).stdout).toBe(`${three}\n`);
  const refused = await own.tsrun(['delete', '--regex', '.']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('that is not stopped: running') });
  expect(await own.tsrun(['delete', '--force', '--regex', '.'])).toEqual(silence);
  expect((await own.tsrun(['kill', '--regex', '(', '9'])).stderr).toContain('invalid regular expression "("');
});

const silence = { code: 0, signal: null, stdout: '', stderr: '' };
