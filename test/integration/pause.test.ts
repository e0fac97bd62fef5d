/** `pause` and `resume`: processes that stand still, and what the other commands make of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needNoCgroup } from '../setup/cgroup-files.ts';
import { minimalEnvironment } from '../setup/execute.ts';
import { need, needRoot, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { created, sleepingBundle, started, stateOf, stopped } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

let rig: Rig;
let sleeping: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (needs.busybox.present()) sleeping = sleepingBundle(rig);
});
afterAll(() => rig[Symbol.asyncDispose]());

const done = { code: 0, stdout: '', stderr: '' };

describe('a paused container', () => {
  test('stands still, says so, and goes on', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const count = 'i=0; while :; do i=$((i+1)); echo $i >/count; sleep 0.01; done';
    const bundle = rig.bundle({
      config: (config) => {
        config.process.args = ['sh', '-c', count];
      },
    });
    const id = await started(rig, bundle);
    const reached = () => readFileSync(join(bundle.rootfs, 'count'), 'utf8');
    expect(await rig.tsrun(['pause', id])).toEqual({ ...done, signal: null });
    const { pid, status } = await stateOf(rig, id);
    expect([status, pid > 0]).toEqual(['paused', true]);
    const before = reached();
    expect((await rig.tsrun(['list'])).stdout).toMatch(new RegExp(`^${id} +${pid} +paused `, 'm'));
    expect(reached()).toBe(before);
    expect(await rig.tsrun(['resume', id])).toMatchObject(done);
    expect((await stateOf(rig, id)).status).toBe('running');
    await expect.poll(reached).not.toBe(before);
  });

  test('refuses what needs it to run', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    await rig.tsrun(['pause', id]);
    const refused = async (code: number, message: string, ...args: string[]) => {
      const result = await rig.tsrun(args);
      expect(result.code).toBe(code);
      expect(result.stderr.split('\n')[0]).toBe(`tsrun: ${message}`);
    };
    await refused(255, 'cannot exec in a paused container', 'exec', id, 'true');
    await refused(1, 'container not running', 'pause', id);
    await refused(1, `cannot delete container ${id} that is not stopped: paused`, 'delete', id);
    await rig.tsrun(['resume', id]);
    await refused(1, 'container not paused', 'resume', id);
  });

  test('takes exec --ignore-paused, which waits for it to go on', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    await rig.tsrun(['pause', id]);
    const line = ['--root', rig.root, 'exec', '--ignore-paused', id, 'echo', 'late'];
    const exec = spawn(programUnderTest(), line, { env: minimalEnvironment() });
    let output = '';
    exec.stdout.on('data', (data) => {
      output += data;
    });
    const end = once(exec, 'close');
    expect(output).toBe('');
    await rig.tsrun(['resume', id]);
    expect([(await end)[0], output]).toEqual([0, 'late\n']);
  });

  test('is killed', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    await rig.tsrun(['pause', id]);
    expect(await rig.tsrun(['kill', id, 'KILL'])).toMatchObject(done);
    await stopped(rig, id);
  });

  test('is deleted by force, at once', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await started(rig, sleeping);
    await rig.tsrun(['pause', id]);
    const begin = performance.now();
    expect(await rig.tsrun(['delete', '--force', id])).toMatchObject(done);
    expect(performance.now() - begin).toBeLessThan(patience(2000));
    expect(remains(rig, id)).toEqual([]);
  });

  test('may be one that is created; it starts after resume', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    const id = await created(rig, sleeping);
    expect(await rig.tsrun(['pause', id])).toMatchObject(done);
    const result = await rig.tsrun(['start', id]);
    expect(result.stderr).toBe('tsrun: cannot start a container in the paused state\n');
    await rig.tsrun(['resume', id]);
    expect((await stateOf(rig, id)).status).toBe('created');
    expect(await rig.tsrun(['start', id])).toMatchObject(done);
  });
});

test('what is not there or not running is not paused', async (context) => {
  need(context, 'busybox');
  const id = await created(rig, sleeping);
  await rig.tsrun(['kill', id, 'KILL']);
  await stopped(rig, id);
  expect((await rig.tsrun(['pause', id])).stderr).toMatch(/^tsrun: container not running\n/);
  expect((await rig.tsrun(['resume', id])).stderr).toMatch(/^tsrun: container not paused\n/);
  expect((await rig.tsrun(['pause', 'nobody'])).stderr).toMatch(/^tsrun: container does not exist\n/);
});

test('without a cgroup of its own there is a hint', async (context) => {
  need(context, 'busybox');
  needNoCgroup(context);
  const id = await started(rig, sleeping);
  const { code, stderr } = await rig.tsrun(['pause', id]);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot toggle freezer: cgroups not configured for container');
  expect(stderr).toContain('might be caused by lack of full access to cgroups');
});
