/** Amounts that a configuration, an image or a hook decides: what is too much is one clear error, the rest works. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringifyJson } from '../../src/spec/parse-json.ts';
import { baseConfig, type LooseConfig } from '../setup/base-config.ts';
import { need, needRoot } from '../setup/needs.ts';
import { peakMemory } from '../setup/peak-memory.ts';
import { created, sleepingBundle, started } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

const arrays = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
const objects = (levels: number) => `${'{"a":'.repeat(levels)}null${'}'.repeat(levels)}`;

/** The object with one more member, which no JS runtime would write. */
function withUnknown(value: object, text: string): string {
  return `${stringifyJson(value).slice(0, -1)},"unknown":${text}}`;
}

function run(rig: Rig, { path }: Bundle, id = rig.id()) {
  return rig.tsrun(['run', '--bundle', path, id]);
}

describe('a value that is nested', () => {
  const tooDeep =
    /:1:\d+: not valid JSON: expected at most 1000 levels of nested arrays and objects, found one more/;

  for (const [name, text] of Object.entries({ arrays: arrays(200_000), objects: objects(200_000) }))
    test(`too deeply (${name}) is refused with its place`, async () => {
      await using rig = makeRig();
      const bundle = rig.bundle({ rootfs: 'empty' });
      writeFileSync(join(bundle.path, 'config.json'), withUnknown(baseConfig(), text));
      const { code, stderr } = await run(rig, bundle);
      expect(code).toBe(1);
      expect(stderr).toMatch(tooDeep);
    });

  test('too deeply is refused in the place of a field, and beside a number that takes 64 bits', async () => {
    await using rig = makeRig();
    for (const process of [
      arrays(200_000),
      `{"rlimits": [{"soft": 18446744073709551615}], "a": ${arrays(5000)}}`,
    ]) {
      const bundle = rig.bundle({ rootfs: 'empty' });
      const text = stringifyJson({ ...baseConfig(), process: 0 }).replace(
        '"process":0',
        `"process":${process}`,
      );
      writeFileSync(join(bundle.path, 'config.json'), text);
      const { code, stderr } = await run(rig, bundle);
      expect(code).toBe(1);
      expect(stderr).toMatch(tooDeep);
    }
  });

  test('as deeply as nobody does it is ignored where it is not known', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({ config: (config) => Object.assign(config, { big: 2n ** 63n }) });
    const file = join(bundle.path, 'config.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\}\s*$/, `,"unknown":${objects(900)}}`));
    expect(await run(rig, bundle)).toMatchObject({ code: 0, stderr: '' });
  });

  test('too deeply is refused by exec and update', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const id = await created(rig, sleepingBundle(rig));
    const file = join(rig.path, 'process.json');
    writeFileSync(file, withUnknown({ args: ['true'], cwd: '/', user: { uid: 0, gid: 0 } }, arrays(200_000)));
    expect((await rig.tsrun(['exec', '--process', file, id])).stderr).toMatch(tooDeep);
    const input = withUnknown({ pids: { limit: 10 } }, objects(200_000));
    expect((await rig.tsrun(['update', '--resources', '-', id], { input })).stderr).toMatch(tooDeep);
  });
});

describe('many', () => {
  for (const [name, change] of Object.entries<(process: LooseConfig) => void>({
    variables: ({ env }) => {
      for (let index = 0; index < 300_000; index++) env.push(`V${index}=`);
    },
    'a million arguments': (process) => {
      process.args = ['echo', ...Array(1_000_000).fill('a')];
    },
  }))
    test(`${name} are too long a list, and nothing is left`, async (context) => {
      need(context, 'busybox');
      await using rig = makeRig();
      const id = rig.id();
      const bundle = rig.bundle({ config: ({ process }) => change(process) });
      const { code, stderr } = await run(rig, bundle, id);
      expect(code).toBe(1);
      expect(stderr).toContain('E2BIG (argument list too long)');
      expect(stderr).toContain('shorten process.args and process.env');
      expect(remains(rig, id)).toEqual([]);
    });

  test('annotations are all there', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const annotations = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, at) => [`org.example.${at}`, 'x']),
    );
    const bundle = rig.bundle({ config: (config) => Object.assign(config, { annotations }) });
    const id = await created(rig, bundle);
    expect(JSON.parse((await rig.tsrun(['state', id])).stdout).annotations).toEqual(annotations);
  });

  test('directories in PATH are searched, a few at a time', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const path = (directories: number, last: string) =>
      rig.bundle({
        config: ({ process }) => {
          process.env = [
            `PATH=${Array.from({ length: directories }, (_, at) => `/${at}`).join(':')}:${last}`,
          ];
          process.args = ['true'];
        },
      });
    expect(await run(rig, path(15_000, '/bin'))).toMatchObject({ code: 0, stderr: '' });
    expect(await run(rig, path(15_000, '/sbin-of-nobody'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('executable file not found in $PATH'),
    });
    const colons = rig.bundle({
      config: ({ process }) => {
        process.env = [`PATH=${':'.repeat(4_000_000)}`];
        process.args = ['true'];
      },
    });
    const { stderr, peak } = await peakMemory(
      programUnderTest(),
      ['--root', rig.root, 'run', '--bundle', colons.path, rig.id()],
      0,
    );
    expect(stderr).toContain('executable file not found in $PATH');
    expect(peak).toBeLessThan(400 * 2 ** 20);
  });

  test('lines of a hook are not all remembered', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        const args = ['sh', '-c', 'yes "a line of the hook" | head -c 200000000'];
        for (const name of ['createRuntime', 'createContainer', 'startContainer'])
          Object.assign(config, {
            hooks: { ...config.hooks, [name]: [{ path: '/bin/sh', args, env: ['PATH=/bin:/usr/bin'] }] },
          });
        config.process.args = ['sh', '-c', 'echo ready; read x'];
      },
    });
    const args = ['--root', rig.root, 'run', '--bundle', bundle.path, rig.id()];
    const { stdout, stderr, peak } = await peakMemory(programUnderTest(), args, 1);
    expect({ stdout, stderr }).toEqual({ stdout: 'ready\n', stderr: '' });
    expect(peak).toBeLessThan(160 * 2 ** 20);
  });
});

test('cgroups that a container has made below its own go, whatever their depth', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  const nesting = [
    `n=${'x'.repeat(200)}; cd /sys/fs/cgroup; [ -d pids ] && cd pids`,
    'for i in $(seq 30); do mkdir $n && cd -P $n; done',
    '(echo 0 >cgroup.procs; exec sleep 600) & exec sleep 600',
  ];
  const bundle = rig.bundle({
    config: (config) => {
      config.mounts = config.mounts.filter(({ type }: LooseConfig) => type !== 'cgroup');
      config.mounts.push({ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup' });
      config.process.args = ['sh', '-c', nesting.join('\n')];
    },
  });
  const id = await started(rig, bundle);
  const pids = async () => JSON.parse((await rig.tsrun(['ps', '--format', 'json', id])).stdout) as number[];
  await expect.poll(pids, { timeout: 10_000 }).toHaveLength(2);
  expect(await rig.tsrun(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
  expect(remains(rig, id)).toEqual([]);
});
