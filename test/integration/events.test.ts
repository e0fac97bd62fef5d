/** `events` on cgroup v1: statistics in runc's shape, and news of memory that has run out. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needNoCgroup, needVersion1 } from '../setup/cgroup-files.ts';
import { need, needRoot, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { created, sleepingBundle, started, stopped } from '../setup/probe-container.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';
import { startProgram } from '../setup/running.ts';

let rig: Rig;
let bundle: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (!needs.busybox.present()) return;
  bundle = rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      if (process.getuid?.() !== 0) return;
      const limit = 1 << 25;
      config.linux.resources = { memory: { limit, swap: limit }, pids: { limit: 20 } };
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

/** The paths of all fields, in their order; those of lists as far as there is a first. */
function fieldsOf(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Array.isArray(value) ? Object.entries(value).slice(0, 1) : Object.entries(value);
  return inner.flatMap(([name, one]) => [`${at}/${name}`, ...fieldsOf(one, `${at}/${name}`)]);
}

/** Absent where they are zero. */
const volatile = /\/(cache|blkio|throttling|usage\/total|percpu)/;

describe('events', () => {
  test('--stats has the fields of runc, in its order', async (context) => {
    needRoot(context);
    need(context, 'busybox', 'runc');
    needVersion1(context, 'memory', 'cpu', 'cpuacct', 'cpuset', 'pids');
    const id = await started(rig, bundle);
    const other = rig.id();
    const quiet = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
    await rig.runc(['run', '--detach', '--bundle', bundle.path, other], { through: quiet });
    const [ours, theirs] = [
      await rig.tsrun(['events', '--stats', id]),
      await rig.runc(['events', '--stats', other]),
    ];
    expect(ours).toMatchObject({ code: 0, stderr: '' });
    expect(ours.stdout).toMatch(new RegExp(`^\\{"type":"stats","id":"${id}","data":\\{.*\\}\\}\\n$`));
    const [own, reference] = [ours, theirs].map(({ stdout }) => JSON.parse(stdout));
    const fields = (event: unknown) => fieldsOf(event).filter((field) => !volatile.test(field));
    expect(fields(own)).toEqual(fields(reference));
    expect(own.data.memory.usage.limit).toBe(1 << 25);
    expect(own.data.pids).toMatchObject({ limit: 20 });
  });

  test('come until the container ends, with what ran out of memory', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    needVersion1(context, 'memory');
    const id = await started(rig, bundle);
    const line = ['--root', rig.root, 'events', '--interval=50ms', id];
    await using events = startProgram(programUnderTest(), line);
    await events.shows(/"type":"stats"/);
    const hog = 'x=$(dd if=/dev/zero bs=1M count=64 2>/dev/null | tr "\\0" a)';
    expect(await rig.tsrun(['exec', id, 'sh', '-c', hog])).toMatchObject({ code: 137 });
    await events.shows(new RegExp(`^\\{"type":"oom","id":"${id}"\\}$`, 'm'));
    await rig.tsrun(['delete', '--force', id]);
    expect(await events.ended()).toBe(0);
    for (const text of events.output().trim().split('\n')) expect(JSON.parse(text)).toMatchObject({ id });
  });

  test('are refused where there is nothing to tell', async (context) => {
    need(context, 'busybox');
    const id = await created(rig, sleepingBundle(rig));
    const words = async (...args: string[]) => (await rig.tsrun(['events', ...args])).stderr.split('\n')[0];
    expect(await words('--interval', '0s', id)).toBe('tsrun: duration interval must be greater than 0');
    expect(await words('--interval', '5', id)).toBe('tsrun: invalid value "5" for --interval');
    await rig.tsrun(['kill', id, 'KILL']);
    await stopped(rig, id);
    expect(await words('--stats', id)).toBe(`tsrun: container with id ${id} is not running`);
  });

  test('end with the pipe that they go to', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await started(rig, bundle);
    const line = `${programUnderTest()} --root ${rig.root} events --interval 20ms ${id} | head -c 1`;
    const { stdout } = spawnSync('sh', ['-c', line], {
      encoding: 'utf8',
      timeout: patience(10_000),
      cwd: join('/'),
    });
    expect(stdout).toBe('{');
  });
});

test('without a cgroup of its own nobody counts', async (context) => {
  need(context, 'busybox');
  needNoCgroup(context);
  const id = await started(rig, bundle);
  const { code, stderr } = await rig.tsrun(['events', '--stats', id]);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`the container ${id} has no cgroup`)]);
});
