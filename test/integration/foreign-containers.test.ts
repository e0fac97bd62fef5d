/** A `--root` in which another runtime keeps its containers: they are named, and nothing of theirs is touched. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { execute, minimalEnvironment, type Result } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { created, sleepingBundle, stateOf } from '../setup/probe-container.ts';
import { makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

const commands = (id: string): readonly (readonly string[])[] => [
  ['state', id],
  ['start', id],
  ['exec', id, 'true'],
  ['ps', id],
  ['events', '--stats', id],
  ['update', '--pids-limit', '100', id],
  ['pause', id],
  ['resume', id],
  ['kill', id, 'KILL'],
  ['delete', id],
  ['delete', '--force', id],
];

/** Names and contents, as far as they can be read. */
function digest(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .map((entry) => `${entry.name} ${entry.isFile() ? readFileSync(join(entry.parentPath, entry.name)) : ''}`)
    .sort();
}

async function mustBeLeftAlone(rig: Rig, root: string, id: string, runtime: string): Promise<void> {
  const own = await created(rig, sleepingBundle(rig));
  cpSync(join(rig.root, own), join(root, own), {
    recursive: true,
    filter: (path) => !path.endsWith('/start'),
  });
  const before = digest(root);
  const tsrun = (args: readonly string[]): Promise<Result> =>
    execute('timeout', ['20', programUnderTest(), '--root', root, ...args], { env: minimalEnvironment() });
  for (const line of commands(id)) {
    const result = await tsrun(line);
    expect(result.code, line.join(' ')).toBe(line[0] === 'exec' ? 255 : 1);
    expect(result.stderr, line.join(' ')).toContain(
      `container ${id} in "${root}" was made by ${runtime}: use ${runtime}`,
    );
    expect(result.stderr, line.join(' ')).toContain(`hint: ${runtime} --root ${root} `);
  }
  for (const format of ['table', 'json']) {
    const list = await tsrun(['list', '--format', format]);
    expect(list).toMatchObject({ code: 0, stdout: expect.stringContaining(own) });
    expect(list.stdout).not.toContain(id);
    expect(list.stderr).toContain(`load container ${id}: `);
  }
  expect((await tsrun(['list', '--quiet'])).stdout).toBe(`${own}\n`);
  expect(await tsrun(['delete', '--force', '--regex', `^${id}$`])).toMatchObject({ code: 0, stderr: '' });
  expect(digest(root)).toEqual(before);
  rmSync(join(root, own), { recursive: true });
}

describe('containers of other runtimes', () => {
  test('runc: created, running, and with a record that is cut off', async (context) => {
    need(context, 'busybox', 'runc');
    needRoot(context);
    await using rig = makeRig();
    const id = rig.id();
    const { path } = sleepingBundle(rig);
    const root = join(rig.path, 'runc-root');
    const line = `exec runc --root ${root} create --bundle ${path} ${id} </dev/null >/dev/null 2>&1`;
    execFileSync('sh', ['-c', line]);
    await mustBeLeftAlone(rig, root, id, 'runc');
    expect((await rig.runc(['start', id])).code).toBe(0);
    await mustBeLeftAlone(rig, root, id, 'runc');
    expect(JSON.parse((await rig.runc(['state', id])).stdout)).toMatchObject({ status: 'running' });
    expect((await rig.runc(['delete', '--force', id])).code).toBe(0);
  });

  test('crun', async (context) => {
    need(context, 'busybox', 'crun');
    needRoot(context);
    await using rig = makeRig();
    const id = rig.id();
    const { path } = sleepingBundle(rig);
    const sh = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
    const made = await rig.crun(['create', '--bundle', path, id], { through: sh });
    expect(made.code).toBe(0);
    const root = join(rig.path, 'crun-root');
    await mustBeLeftAlone(rig, root, id, 'crun');
    expect(JSON.parse((await rig.crun(['state', id])).stdout)).toMatchObject({ status: 'created' });
    expect((await rig.crun(['delete', '--force', id])).code).toBe(0);
  });

  test('youki', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const root = join(rig.path, 'youki-root');
    mkdirSync(join(root, 'one'), { recursive: true, mode: 0o700 });
    const record = { ociVersion: '1.0.2', id: 'one', status: 'running', pid: process.pid, bundle: '/b' };
    const more = {
      created: '2026-01-01T00:00:00Z',
      creator: 0,
      useSystemd: false,
      cleanUpIntelRdtSubdirectory: false,
    };
    writeFileSync(join(root, 'one', 'state.json'), JSON.stringify({ ...record, ...more }));
    await mustBeLeftAlone(rig, root, 'one', 'youki');
  });
});

describe('other runtimes with the root of tsrun', () => {
  test('runc refuses, and changes nothing', async (context) => {
    need(context, 'busybox', 'runc');
    needRoot(context);
    await using rig = makeRig();
    const id = await created(rig, sleepingBundle(rig));
    const root = join(rig.path, 'runc-root');
    renameSync(rig.root, root);
    for (const line of [
      ['state', id],
      ['start', id],
      ['kill', id],
      ['delete', '--force', id],
    ]) {
      expect((await rig.runc(line)).code, line.join(' ')).toBe(1);
    }
    expect(await rig.runc(['list'])).toMatchObject({ code: 0, stderr: expect.stringContaining(id) });
    renameSync(root, rig.root);
    expect(await stateOf(rig, id)).toMatchObject({ status: 'created' });
  });
});
