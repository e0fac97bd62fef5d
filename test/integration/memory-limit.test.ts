/**
 * Memory limits that are too low, on whatever version of cgroups there is: every one of them is told as what it is,
 * and nothing waits for ever.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { needMemoryLimits, needVersion1 } from '../setup/cgroup-files.ts';
import { need } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;

beforeAll(() => {
  rig = makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const PAGE = 4096;
/** Twice what any kernel took so far for a container of busybox. */
const SURELY_ENOUGH = 1 << 20;

function limitedBundle(...args: string[]): Bundle {
  return rig.bundle({
    applets: ['sleep', 'true', 'dd', 'tr', 'sh'],
    config: (c) => {
      c.process.args = args;
    },
  });
}

function setLimit({ path }: Bundle, limit: number): void {
  const file = join(path, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as LooseConfig;
  config.linux.resources = { ...config.linux.resources, memory: { limit, swap: limit } };
  writeFileSync(file, JSON.stringify(config));
}

/** So many limits that were enough, one after the other: greater ones need not be tried. */
const CERTAINLY = 20;
const long = process.env.TSRUN_LONG === '1';

/** Some, or with TSRUN_LONG=1 every page. */
function lowLimits(): readonly number[] {
  const pages = SURELY_ENOUGH / PAGE;
  const all = Array.from({ length: pages }, (_, index) => (index + 1) * PAGE);
  return long ? all : [2, 20, 45, 60, 80, pages].map((count) => count * PAGE);
}

const quiet = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>"$0"'];

describe('a memory limit that is too low', () => {
  test('is named by create, start and exec, whatever it is', {
    timeout: patience(long ? 600_000 : 120_000),
  }, async (context) => {
    needMemoryLimits(context);
    need(context, 'busybox');
    const bundle = limitedBundle('sleep', '600');
    const log = join(rig.path, 'errors');
    const outcomes = new Set<string>();
    let enough = 0;
    for (const limit of lowLimits()) {
      setLimit(bundle, limit);
      const id = rig.id();
      const line = [
        ['create', '--bundle', bundle.path, id],
        ['start', id],
        ['exec', id, 'true'],
      ] as const;
      let outcome = 'enough';
      for (const [command, ...rest] of line) {
        const { code } = await rig.tsrun([command, ...rest], { through: [...quiet, log] });
        if (code === 0) continue;
        outcome = command;
        const victim = command === 'exec' ? 'the process' : 'container init';
        expect(readFileSync(log, 'utf8'), `${command} with ${limit}`).toMatch(
          new RegExp(`memory limit too low: ${limit}: (${victim}|a process of the container) was OOM-killed`),
        );
        break;
      }
      outcomes.add(outcome);
      enough = outcome === 'enough' ? enough + 1 : 0;
      if (outcome === 'create') expect(remains(rig, id)).toEqual([]);
      else expect(await rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0 });
      if (enough === CERTAINLY) break;
    }
    // The sweep has met every one of them.
    expect([...outcomes]).toEqual(expect.arrayContaining(['create', 'enough']));
  });

  test('is named, and not waited for, where the OOM killer is disabled', async (context) => {
    needVersion1(context, 'memory');
    need(context, 'busybox');
    const bundle = limitedBundle('true');
    const file = join(bundle.path, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as LooseConfig;
    const log = join(rig.path, 'errors-without-killer');
    // Enough for the first process to be there, and not for what it then does.
    const limits = [30 * PAGE, 44 * PAGE, 58 * PAGE];
    for (const limit of limits) {
      config.linux.resources = { memory: { limit, disableOOMKiller: true } };
      writeFileSync(file, JSON.stringify(config));
      const id = rig.id();
      const result = await rig.tsrun(['create', '--bundle', bundle.path, id], { through: [...quiet, log] });
      // The greatest may be enough for some kernel.
      if (result.code === 0 && limit !== limits[0]) continue;
      expect(readFileSync(log, 'utf8')).toContain(`memory limit too low: ${limit}: `);
      expect(remains(rig, id)).toEqual([]);
    }
  });

  test('is named by run, in the foreground, too', async (context) => {
    needMemoryLimits(context);
    need(context, 'busybox');
    const bundle = limitedBundle('true');
    for (const limit of [PAGE, 16 * PAGE, 40 * PAGE]) {
      setLimit(bundle, limit);
      const id = rig.id();
      const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
      if (result.code === 0) continue;
      expect([1, 137]).toContain(result.code);
      expect(result.stderr).toMatch(new RegExp(`memory limit too low: ${limit}: .* was OOM-killed`));
      expect(remains(rig, id)).toEqual([]);
    }
  });
});

const HOG = ['sh', '-c', 'x=$(dd if=/dev/zero bs=1M count=64 2>/dev/null | tr "\\0" a)'];

describe('a process that takes more than the limit is killed', () => {
  const words = 'memory limit too low: 16777216: a process of the container was OOM-killed';

  test('and run says why', async (context) => {
    needMemoryLimits(context);
    need(context, 'busybox');
    const bundle = limitedBundle(...HOG);
    setLimit(bundle, 16 << 20);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 137, stdout: '' });
    expect(result.stderr).toContain(words);
  });

  test('and exec says why, of its own process', async (context) => {
    needMemoryLimits(context);
    need(context, 'busybox');
    const bundle = limitedBundle('sleep', '600');
    setLimit(bundle, 16 << 20);
    const id = rig.id();
    const log = join(rig.path, 'errors-of-exec');
    const run = ['run', '--detach', '--bundle', bundle.path, id];
    expect(await rig.tsrun(run, { through: [...quiet, log] })).toMatchObject({ code: 0 });
    const killed = await rig.tsrun(['exec', id, ...HOG]);
    expect(killed).toMatchObject({ code: 137, stdout: '' });
    expect(killed.stderr).toContain(words);
    expect(await rig.tsrun(['exec', id, 'sh', '-c', 'kill -9 $$'])).toEqual(
      expect.objectContaining({ code: 137, stderr: '' }),
    );
  });
});
