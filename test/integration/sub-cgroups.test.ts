/** `exec --cgroup`: below the container's cgroup, and nowhere else. Beside runc. */
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hostCgroups, ownDirectory } from '../../src/host/cgroups.ts';
import { need, needRoot } from '../setup/needs.ts';
import { sleepingBundle } from '../setup/probe-container.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => {
  need(context, 'busybox');
  needRoot(context);
});

const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'] };

/** Names that say which hierarchies there are; without controllers, version 2 alone. */
const controllers = hostCgroups().flatMap((hierarchy) => hierarchy.controllers);

/** A container with a cgroup `sub` below its own, of one controller where there are several hierarchies. */
async function subdivided(program: 'tsrun' | 'runc') {
  const id = rig.id();
  const bundle = sleepingBundle(rig);
  const run = ['run', '--detach', '--bundle', bundle.path, id];
  expect(await rig[program](run, silent)).toMatchObject({ code: 0 });
  const { pid } = JSON.parse((await rig[program](['state', id])).stdout);
  const line = controllers.includes('memory') ? /^\d+:memory:(.*)$/m : /^0::(.*)$/m;
  const [, ownPath = ''] = line.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? [];
  const hierarchy = hostCgroups().find(
    (one) => one.controllers.includes('memory') || controllers.length === 0,
  );
  if (!hierarchy) throw new Error('no hierarchy');
  const sub = `${ownDirectory({ ...hierarchy, ownPath })}/sub`;
  mkdirSync(sub);
  return { id, [Symbol.dispose]: () => rmdirSync(sub) };
}

/** The cgroup of memory that a process of exec finds itself in; or the status of exec. */
async function placeOf(program: 'tsrun' | 'runc', id: string, ...options: string[]) {
  const { code, stdout, stderr } = await rig[program](['exec', ...options, id, 'cat', '/proc/self/cgroup']);
  if (code !== 0) return { code, stderr };
  return /^(?:\d+:memory|0:):(.*)$/m.exec(stdout)?.[1];
}

test('the sub-cgroup is joined, of the named controllers or of all', async (context) => {
  context.skip(!controllers.includes('memory'), 'cgroup version 1 is not mounted');
  need(context, 'runc');
  for (const program of ['tsrun', 'runc'] as const) {
    using container = await subdivided(program);
    const { id } = container;
    expect([
      await placeOf(program, id),
      await placeOf(program, id, '--cgroup', '/'),
      await placeOf(program, id, '--cgroup', 'memory:sub'),
      await placeOf(program, id, '--cgroup', 'memory:/sub', '--cgroup', 'cpu,cpuset:/'),
    ]).toEqual(['/', '/', '/sub', '/sub']);
  }
});

test('what is not there, or not below, is refused', async (context) => {
  need(context, 'runc');
  const prefix = controllers.includes('memory') ? 'memory:' : '';
  for (const program of ['tsrun', 'runc'] as const) {
    using container = await subdivided(program);
    const refused = (option: string, words: RegExp) =>
      expect
        .soft(placeOf(program, container.id, '--cgroup', option))
        .resolves.toEqual({ code: 255, stderr: expect.stringMatching(words) });
    await refused('..', / \.\. is not a sub cgroup path/);
    await refused(`${prefix}none`, / adding pid .*\/none\/cgroup\.procs: no such file /);
    await refused('whaat:/', /unknown controller /);
  }
});
