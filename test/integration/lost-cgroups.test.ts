/**
 * A container's first process is in other cgroups than its own, because another program has moved it; its own are gone,
 * or another program's by now. No command does nothing in silence, and none acts on cgroups that are not the container's.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hostCgroups } from '../../src/host/cgroups.ts';
import type { LooseConfig } from '../setup/base-config.ts';
import { MovedInit, Stranger } from '../setup/moved-init.ts';
import { need, needRoot } from '../setup/needs.ts';
import { detached, started, stateOf } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());
beforeEach((context) => {
  needRoot(context);
  need(context, 'busybox');
  context.skip(
    process.env.TSRUN_CGROUP_MANAGER === 'systemd',
    'systemd removes the cgroup of an empty scope itself',
  );
});

const done = { code: 0, stdout: '', stderr: '' };

/** By their first controllers, version 2 by the empty name. */
const hierarchies = hostCgroups().map(({ controllers }) => controllers[0] ?? '');
const freezerOf = () => (hierarchies.includes('freezer') ? 'freezer' : '');
const pidsOf = () => (hierarchies.includes('pids') ? 'pids' : '');

function bundleOf(change: (config: LooseConfig) => void = () => {}) {
  return rig.bundle({
    config: (config) => {
      config.process.args = ['sleep', '600'];
      config.linux.resources.pids = { limit: 100 };
      change(config);
    },
  });
}

function sharingPids(config: LooseConfig): void {
  const { namespaces } = config.linux;
  config.linux.namespaces = namespaces.filter(({ type }: { type: string }) => type !== 'pid');
  config.process.args = ['sh', '-c', 'sleep 600 & sleep 600 & wait'];
}

async function running(change?: (config: LooseConfig) => void): Promise<{ id: string; pid: number }> {
  const id = await started(rig, bundleOf(change));
  return { id, pid: (await stateOf(rig, id)).pid };
}

/** Whether a process of exec is where the first process is. */
const isBesideInit = ['cmp', '/proc/1/cgroup', '/proc/self/cgroup'];

function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** Ends the container first: what it has been moved to can be removed then. */
async function ended(id: string): Promise<void> {
  expect(await rig.tsrun(['delete', '--force', id])).toMatchObject(done);
}

describe('exec', () => {
  test('joins the cgroups of the first process when the container’s own are gone', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    const result = await rig.tsrun(['exec', id, ...isBesideInit]);
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(/^tsrun: warning: the container's cgroups? ".+ gone: .+\n {2}hint: .+\n$/);
    await ended(id);
  });

  test.for(hierarchies)('does so in one hierarchy alone: "%s"', async (name) => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid], (one) => one === name);
    moved.removeOwn();
    const result = await rig.tsrun(['exec', id, ...isBesideInit]);
    expect(result).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`"${moved.moves[0]?.own}" is gone`),
    });
    await ended(id);
  });

  test('is under the limits that are there', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    writeFileSync(`${moved.move(pidsOf()).actual}/pids.max`, '2');
    const result = await rig.tsrun(['exec', id, 'sh', '-c', 'sleep 0 && echo forked']);
    expect([result.code === 0, result.stdout]).toEqual([false, '']);
    await ended(id);
  });

  test('does not join a cgroup that another program has made at the same place', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    {
      await using _ = new Stranger(moved.moves.map(({ own }) => own));
      expect(await rig.tsrun(['exec', id, ...isBesideInit])).toMatchObject({ code: 0 });
    }
    await ended(id);
  });

  test('stays in the container’s own cgroup while that is there', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    const file = `${rig.path}/exec.pid`;
    const line = ['exec', '--detach', '--pid-file', file, id, 'sleep', '600'];
    expect(await detached(rig, line)).toMatchObject(done);
    const exec = readFileSync(file, 'utf8');
    for (const { own } of moved.moves)
      expect(readFileSync(`${own}/cgroup.procs`, 'utf8').split('\n')).toContain(exec);
    await ended(id);
  });

  test('with --cgroup is refused when there is nothing to be below', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    const result = await rig.tsrun(['exec', '--cgroup', '/', id, 'true']);
    expect(result).toMatchObject({ code: 255, stderr: expect.stringContaining('of the container is gone') });
    await ended(id);
  });

  test('works in a container that never had a cgroup', async () => {
    const id = rig.id();
    const bundle = bundleOf((config) => {
      config.linux.resources = {};
    });
    const run = ['--cgroup-manager', 'disabled', 'run', '--detach', '--bundle', bundle.path, id];
    expect(await detached(rig, run)).toMatchObject({ code: 0 });
    expect(await rig.tsrun(['exec', id, 'echo', 'here'])).toMatchObject({ ...done, stdout: 'here\n' });
  });

  test.each(['tsrun', 'runc'] as const)('never runs without the container’s limits: %s', async (program) => {
    if (program === 'runc' && !existsSync('/usr/sbin/runc')) return;
    const id = rig.id();
    const silent = { through: ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'] };
    const run = ['run', '--detach', '--bundle', bundleOf().path, id];
    expect(await rig[program](run, silent)).toMatchObject({ code: 0 });
    const { pid } = JSON.parse((await rig[program](['state', id])).stdout);
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    const { code } = await rig[program](['exec', id, ...isBesideInit]);
    // runc refuses on version 1, and does the same as tsrun on version 2.
    expect([0, 255]).toContain(code);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => hasEnded(pid)).toBe(true);
  });
});

describe('a first process that was moved', () => {
  test.each([['update', '--pids-limit', '50'], ['pause']])(
    'is not what %s would act on: an error, and it works again when it is moved back',
    async (...command) => {
      const { id, pid } = await running();
      const [name = '', ...options] = command.filter((word) => word !== undefined);
      {
        using moved = new MovedInit([pid]);
        const result = await rig.tsrun([name, ...options, id]);
        const { own, actual } = moved.move(name === 'pause' ? freezerOf() : pidsOf());
        expect(result.code).toBe(1);
        expect(result.stderr).toContain(`first process is in "${actual}", not in its own cgroup "${own}"\n`);
        expect(result.stderr).toContain(
          `\n  hint: another program has moved it; move it back: echo ${pid} > ${own}/`,
        );
        moved.putBack();
      }
      expect(await rig.tsrun([name, ...options, id])).toMatchObject(done);
      await ended(id);
    },
  );

  test('counts for ps and kill --all', async () => {
    const { id, pid } = await running();
    using _ = new MovedInit([pid]);
    const file = `${rig.path}/exec-beside.pid`;
    const line = ['exec', '--detach', '--pid-file', file, id, 'sleep', '600'];
    expect(await detached(rig, line)).toMatchObject(done);
    const exec = Number(readFileSync(file, 'utf8'));
    const both = [pid, exec].sort((a, b) => a - b);
    expect(JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout)).toEqual(both);
    expect(await rig.tsrun(['kill', '--all', id, 'KILL'])).toMatchObject(done);
    await expect.poll(() => both.map(hasEnded)).toEqual([true, true]);
    await ended(id);
  });
});

describe('cgroups that are gone', () => {
  test.each([['update', '--pids-limit', '50'], ['pause'], ['events', '--stats']])(
    'are an error of %s, with a remedy',
    async (...command) => {
      const { id, pid } = await running();
      using moved = new MovedInit([pid]);
      moved.removeOwn();
      const { code, stdout, stderr } = await rig.tsrun([...command.filter((word) => word !== undefined), id]);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^tsrun: cannot .+: the cgroup ".+" of the container is gone\n/);
      expect(stderr).toContain(`tsrun delete --force ${id}\n`);
      expect(stderr).not.toMatch(/rootless|delegated/);
      await ended(id);
    },
  );

  test.each([
    ['with', () => {}],
    ['without', sharingPids],
  ])('hide no process from ps, kill --all and delete: %s a pid namespace', async (_, change) => {
    const { id, pid } = await running(change);
    await expect
      .poll(async () => JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout).length)
      .toBe(change === sharingPids ? 3 : 1);
    const ps = async () => JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout);
    const pids: number[] = await ps();
    using moved = new MovedInit([pid, ...pids.filter((one) => one !== pid)]);
    moved.removeOwn();
    expect(await ps()).toEqual(pids);
    expect(await rig.tsrun(['kill', '--all', id, 'KILL'])).toMatchObject(done);
    await expect.poll(() => pids.every(hasEnded)).toBe(true);
    await ended(id);
    expect(remains(rig, id)).toEqual([]);
  });

  test('do not keep delete --force from ending processes that share a pid namespace', async () => {
    const { id, pid } = await running(sharingPids);
    const ps = async () => JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout);
    await expect.poll(async () => (await ps()).length).toBe(3);
    const pids: number[] = await ps();
    using _ = new MovedInit([pid, ...pids.filter((one) => one !== pid)]);
    await ended(id);
    expect(pids.every(hasEnded)).toBe(true);
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('a cgroup that another program has made where the container’s was', () => {
  test.each([
    ['with', () => {}],
    ['without', sharingPids],
  ])('is left alone by every command: %s a pid namespace', async (_, change) => {
    const { id, pid } = await running(change);
    const ps = async () => JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout);
    if (change === sharingPids) await expect.poll(async () => (await ps()).length).toBe(3);
    const pids: number[] = await ps();
    using moved = new MovedInit([pid, ...pids.filter((one) => one !== pid)]);
    moved.removeOwn();
    await using stranger = new Stranger(moved.moves.map(({ own }) => own));
    const limit = `${moved.move(pidsOf()).own}/pids.max`;
    const before = readFileSync(limit, 'utf8');
    expect(await ps()).toEqual(pids);
    expect(await rig.tsrun(['update', '--pids-limit', '50', id])).toMatchObject({ code: 1 });
    expect(readFileSync(limit, 'utf8')).toBe(before);
    expect(await rig.tsrun(['pause', id])).toMatchObject({ code: 1 });
    expect(await rig.tsrun(['events', '--stats', id])).toMatchObject({ code: 1, stdout: '' });
    expect(await rig.tsrun(['kill', '--all', id, 'KILL'])).toMatchObject(done);
    await expect.poll(() => pids.every(hasEnded)).toBe(true);
    await ended(id);
    expect([stranger.isAlive, stranger.isInPlace]).toEqual([true, true]);
  });

  test('does not make a container paused, or resume', async () => {
    const { id, pid } = await running();
    using moved = new MovedInit([pid]);
    moved.removeOwn();
    {
      await using _ = new Stranger(moved.moves.map(({ own }) => own));
      const own = moved.move(freezerOf()).own;
      const [file, on, off] =
        freezerOf() === '' ? ['cgroup.freeze', '1', '0'] : ['freezer.state', 'FROZEN', 'THAWED'];
      writeFileSync(`${own}/${file}`, on);
      expect((await stateOf(rig, id)).status).toBe('running');
      expect(await rig.tsrun(['resume', id])).toMatchObject({ code: 1 });
      expect(readFileSync(`${own}/${file}`, 'utf8')).not.toContain(off);
      await ended(id);
      expect(readFileSync(`${own}/${file}`, 'utf8')).not.toContain(off);
      writeFileSync(`${own}/${file}`, off);
    }
  });
});

test('of two containers with one cgroup, deleting the one that has stopped leaves the other alone', async () => {
  const path = `/tsrun-shared-${process.pid}`;
  const placed = (config: LooseConfig) => {
    config.linux.cgroupsPath = path;
  };
  const first = await running(placed);
  process.kill(first.pid, 'SIGKILL');
  await expect.poll(async () => (await stateOf(rig, first.id)).status).toBe('stopped');
  const second = await running(placed);
  await rig.tsrun(['kill', '--all', first.id, 'KILL']);
  await rig.tsrun(['delete', '--force', first.id]);
  expect([hasEnded(second.pid), (await stateOf(rig, second.id)).status]).toEqual([false, 'running']);
  await ended(second.id);
});
