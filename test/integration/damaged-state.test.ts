/**
 * Damaged state: each file of a container's directory, in each way, before each command. A command gives one clear error
 * or does what it does; `delete --force` removes everything, or says what is left.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { sampled } from '../setup/batteries.ts';
import { changeRecord } from '../setup/change-record.ts';
import { appliesTo, type Damage, damages } from '../setup/damage.ts';
import type { Result } from '../setup/execute.ts';
import { environment } from '../setup/faults.ts';
import { need, needs } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { detached } from '../setup/probe-container.ts';
import { remains } from '../setup/remains.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

let rig: Rig;
let bundle: Bundle;
/** The container waits for `start` on a socket. */
let hooked: Bundle;

beforeAll(() => {
  rig = makeRig();
  if (!needs.busybox.present()) return;
  const sleeping = (config: LooseConfig) => {
    config.process.args = ['sleep', '600'];
    config.annotations = { 'org.tsrun.overlay': 'disk' };
    config.linux.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['swapon'], action: 'SCMP_ACT_ERRNO' }],
    };
  };
  bundle = rig.bundle({ config: sleeping });
  hooked = rig.bundle({
    config: (config) => {
      sleeping(config);
      config.hooks = { startContainer: [{ path: '/bin/true' }] };
    },
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

const prepare = (context: TestContext) => need(context, 'busybox', 'libseccomp');

/** No command may wait for ever. */
const run = (args: readonly string[]): Promise<Result> =>
  rig.tsrun(args, { env: environment(), through: ['timeout', '--signal', 'KILL', String(patience(10))] });

/** @returns the id of a container that lives on */
async function make(command: readonly string[], { path } = bundle): Promise<string> {
  const id = rig.id();
  const result = await detached(rig, [...command, '--bundle', path, id], { env: environment() });
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  return id;
}

const commands = (id: string): Readonly<Record<string, readonly string[]>> => ({
  state: ['state', id],
  list: ['list'],
  start: ['start', id],
  exec: ['exec', id, 'true'],
  ps: ['ps', id],
  events: ['events', '--stats', id],
  update: ['update', '--pids-limit', '100', id],
  pause: ['pause', id],
  resume: ['resume', id],
  kill: ['kill', id, 'URG'],
  delete: ['delete', id],
});

/** Which commands need the file; the others may succeed. */
const needed: Readonly<Record<string, RegExp>> = {
  'state.json': /^(?!list)/,
  'config.json': /^(exec|start)$/,
  'seccomp.bpf': /^(exec|start)$/,
  start: /^start$/,
  'init.sock': /^start$/,
  lock: /^$/,
};

function mustBeClear(what: string, { code, stderr }: Result): void {
  expect(code, `${what} hangs or is killed`).not.toBeNull();
  expect(code, `${what} hangs`).not.toBe(137);
  expect(stderr, what).not.toMatch(/internal error|undefined|\[object/);
  // One error, one hint.
  expect(stderr.match(/^tsrun: /gm)?.length ?? 0, `${what}: ${stderr}`).toBe(code === 0 ? 0 : 1);
}

const cases = Object.keys(needed).flatMap((name) =>
  Object.keys(damages)
    .filter((damage) => appliesTo(damage, name))
    .map((damage) => [name, damage] as const),
);

describe('a damaged file', () => {
  test.for(sampled(cases))('%s: %s', { timeout: patience(60_000) }, async ([name, damage], context) => {
    prepare(context);
    const id = await make(['create'], name === 'init.sock' ? hooked : bundle);
    const file = join(rig.root, id, name);
    (damages[damage] as Damage)(file);
    for (const [command, line] of Object.entries(commands(id))) {
      const result = await run(line);
      const what = `${command} with ${name}: ${damage}`;
      if (command === 'list') {
        expect(result, what).toMatchObject({ code: 0 });
        if (name === 'state.json') expect(result.stderr, what).toContain(`load container ${id}: `);
        continue;
      }
      mustBeClear(what, result);
      if (!needed[name]?.test(command)) continue;
      expect(result.code, what).not.toBe(0);
      expect(result.stderr, what).toContain(`container ${id} is damaged: "${file}" `);
      expect(result.stderr, what).toContain(`tsrun delete --force ${id}`);
    }
    const removed = await run(['delete', '--force', id]);
    expect(removed, `${name}: ${damage}`).toMatchObject({ code: 0, stderr: '' });
    expect(remains(rig, id), `${name}: ${damage}`).toEqual([]);
  });

  test('the record and its copy: what may be left is named, and can be removed as the hint says', async (context) => {
    prepare(context);
    const id = await make(['run', '--detach']);
    const before = remains(rig, id);
    for (const name of ['state.json', 'lock']) truncateSync(join(rig.root, id, name), 50);
    const refused = await run(['delete', '--force', id]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('nothing was removed');
    for (const path of before) expect(refused.stderr).toContain(path);
    expect(remains(rig, id)).toEqual(before);
    const [, commandLine = ''] = /container's, then: (.*)/.exec(refused.stderr) ?? [];
    if (commandLine.startsWith('kill')) {
      const [kill = '', ...others] = commandLine.split('; ');
      execFileSync('sh', ['-c', `${kill}; sleep 1; ${others.join('; ')} 2>/dev/null`]);
      expect(remains(rig, id)).toEqual([]);
    }
  });
});

describe('a record with the right checksum', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['pid', '1'],
    ['pid', -1],
    ['phase', 'done'],
    ['cgroups', '/sys/fs/cgroup/x'],
    ['cgroups', ['relative']],
    ['cgroups', ['/sys/fs/cgroup/../../etc']],
    ['dataDirectory', 7],
    ['idMaps', { uid: [] }],
    ['idMaps', { uid: { mappings: [], helper: '/bin/sh' }, gid: { mappings: [] } }],
    ['systemd', { name: 'sshd.service', manager: 'system', bus: { address: '', direct: true } }],
    ['helper', 1],
    ['annotations', { a: 1 }],
    ['capabilities', 'all'],
    ['env', [1]],
  ];

  test.for(sampled(wrong))('and a wrong %s (%j) is not used', async ([key, value], context) => {
    prepare(context);
    const id = await make(['run', '--detach']);
    changeRecord(rig, id, { [key]: value });
    for (const command of ['state', 'kill', 'delete', 'ps']) {
      const result = await run([command, id]);
      mustBeClear(command, result);
      expect(result.stderr).toContain(`"${key}"`);
    }
    expect(await run(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
    expect(remains(rig, id)).toEqual([]);
  });

  test.for(['cgroups', 'freezer', 'dataDirectory', 'content of dataDirectory'] as const)(
    'does not lead delete --force to directories of the host: %s',
    async (what, context) => {
      prepare(context);
      const id = await make(['run', '--detach']);
      const victim = join(mkdtempSync(join(rig.path, 'victim-')), '0123456789abcdef', id);
      mkdirSync(victim, { recursive: true });
      if (!what.startsWith('dataDirectory')) mkdirSync(join(victim, 'upper'));
      const precious = join(victim, 'precious');
      if (what !== 'cgroups') writeFileSync(precious, 'precious');
      const record = JSON.parse(readFileSync(join(rig.root, id, 'state.json'), 'utf8'));
      const change = {
        cgroups: { cgroups: [victim] },
        freezer: { freezer: precious },
        dataDirectory: { dataDirectory: join(victim, '..') },
        'content of dataDirectory': { dataDirectory: victim },
      }[what];
      changeRecord(rig, id, change);
      const refused = await run(['delete', '--force', id]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(join(victim, '..'));
      expect(existsSync(victim)).toBe(true);
      if (what !== 'cgroups') expect(readFileSync(precious, 'utf8')).toBe('precious');
      expect(await run(['state', id])).toMatchObject({ code: 0 });
      const { checksum: _, ...right } = record;
      changeRecord(rig, id, right);
      expect(await run(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
      expect(remains(rig, id)).toEqual([]);
    },
  );

  test('of a newer version is left alone, and the version is named', async (context) => {
    prepare(context);
    const id = await make(['run', '--detach']);
    changeRecord(rig, id, { version: 2, news: {} });
    const before = remains(rig, id);
    for (const line of [...Object.values(commands(id)), ['delete', '--force', id]]) {
      if (line[0] === 'list') continue;
      const result = await run(line);
      mustBeClear(line.join(' '), result);
      expect(result.code).not.toBe(0);
      expect(result.stderr).toContain('made by a newer tsrun');
      expect(result.stderr).toContain('record of version 2');
    }
    expect((await run(['list'])).stderr).toContain(`load container ${id}: `);
    expect(remains(rig, id)).toEqual(before);
    changeRecord(rig, id, { version: 1 });
    expect(await run(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
  });

  test('of another container is not used: the directory was copied', async (context) => {
    prepare(context);
    const id = await make(['run', '--detach']);
    const copy = rig.id();
    execFileSync('cp', ['-a', join(rig.root, id), join(rig.root, copy)]);
    const refused = await run(['delete', '--force', copy]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`of the container ${id}`) });
    expect(await run(['exec', id, 'true'])).toMatchObject({ code: 0 });
    execFileSync('rm', ['-r', join(rig.root, copy)]);
    expect(await run(['delete', '--force', id])).toMatchObject({ code: 0 });
  });
});

describe('delete --force of a directory without a record', () => {
  test.for(['empty', 'with a lock'])(
    'removes one that a creator has just made: %s',
    async (content, context) => {
      prepare(context);
      await make(['run', '--detach']); // makes the root
      const id = rig.id();
      mkdirSync(join(rig.root, id), { mode: 0o700 });
      if (content !== 'empty') writeFileSync(join(rig.root, id, 'lock'), '', { mode: 0o600 });
      expect(await run(['delete', '--force', id])).toMatchObject({ code: 0, stderr: '' });
      expect(existsSync(join(rig.root, id))).toBe(false);
    },
  );

  test.for([
    ['with other files', 0o700, 'precious'],
    ['that others may read', 0o755, undefined],
  ] as const)('leaves one alone that is not a container: %s', async ([, mode, name], context) => {
    prepare(context);
    await make(['run', '--detach']);
    const id = rig.id();
    const directory = join(rig.root, id);
    mkdirSync(directory, { mode });
    if (name !== undefined) writeFileSync(join(directory, name), '');
    for (const command of ['state', 'start', 'kill', 'delete']) {
      const result = await run([command, id]);
      expect(result, command).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('not a container of tsrun'),
      });
    }
    const refused = await run(['delete', '--force', id]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not a container of tsrun') });
    expect(existsSync(name === undefined ? directory : join(directory, name))).toBe(true);
    expect(existsSync(join(directory, 'lock'))).toBe(false);
    execFileSync('rm', ['-r', directory]);
  });

  test('leaves a file of that name alone', async (context) => {
    prepare(context);
    await make(['run', '--detach']);
    const id = rig.id();
    writeFileSync(join(rig.root, id), 'precious');
    const refused = await run(['delete', '--force', id]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not a directory') });
    expect(readFileSync(join(rig.root, id), 'utf8')).toBe('precious');
    execFileSync('rm', [join(rig.root, id)]);
  });
});
