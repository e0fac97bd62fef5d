/** Hooks of all six kinds, beside runc's: order, place, input, environment, time limit and failures. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { baseConfig } from '../setup/base-config.ts';
import { execute } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { patience } from '../setup/patience.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from '../setup/rig.ts';

interface Hook {
  readonly path: string;
  readonly args?: readonly string[];
  readonly env?: readonly string[];
  readonly timeout?: number;
}

const atCreate = ['prestart', 'createRuntime', 'createContainer'] as const;
const atStart = ['startContainer', 'poststart'] as const;
const kinds = [...atCreate, ...atStart, 'poststop'] as const;
type Kind = (typeof kinds)[number];
type Hooks = Partial<Record<Kind, readonly Hook[]>>;

/** A file in the rootfs, from where hooks of this kind start. */
function logFor(kind: Kind): string {
  if (kind === 'startContainer') return '/log';
  return kind === 'createContainer' ? 'log' : 'rootfs/log';
}

function shell(command: string, more: Partial<Hook> = {}): Hook {
  return { path: '/bin/sh', args: ['sh', '-c', command], ...more };
}

/** A hook that writes a line with its name and what the command writes. */
function report(kind: Kind, command = ':', name: string = kind): Hook {
  return shell(`echo ${name} $(${command}) >>${logFor(kind)}`);
}

function eachKind(hooks: (kind: Kind) => readonly Hook[]): Hooks {
  return Object.fromEntries(kinds.map((kind) => [kind, hooks(kind)]));
}

function bundleWith(rig: Rig, hooks: Hooks, args: readonly string[] = ['/bin/true']): Bundle {
  return rig.bundle({
    config: (config) => {
      config.hooks = hooks;
      config.annotations = { 'org.example/a': 'b "c" /d' };
      config.process.args = args;
      config.process.cwd = '/tmp';
    },
  });
}

function logOf({ rootfs }: Bundle): string[] {
  const path = join(rootfs, 'log');
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
}

/** What hooks of all kinds write in one run of a container, by kind. */
async function reports(
  rig: Rig,
  runtime: 'tsrun' | 'runc',
  command: string,
): Promise<Record<string, string>> {
  const bundle = bundleWith(
    rig,
    eachKind((kind) => [report(kind, command)]),
  );
  const id = rig.id();
  expect(await rig[runtime](['run', '--bundle', bundle.path, id])).toMatchObject({ code: 0, stderr: '' });
  const version = `"ociVersion":"${await specOf(runtime)}"`;
  const lines = logOf(bundle).map((line) =>
    line.replaceAll(bundle.path, 'BUNDLE').replaceAll(id, 'ID').replace(version, '"ociVersion":"OWN"'),
  );
  return Object.fromEntries(lines.map((line) => [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)]));
}

/** Newer versions of runc (1.1.15) set the container's limits before the first hook in the container, not after it. */
function beforeLimits(theirs: Record<string, string>): Record<string, string | undefined> {
  const early = theirs.createContainer === theirs.startContainer;
  return early ? { ...theirs, createContainer: theirs.createRuntime } : theirs;
}

/** What runc says of itself in the place of the configuration's version of the specification. */
async function specOf(runtime: 'tsrun' | 'runc'): Promise<string> {
  if (runtime === 'tsrun') return baseConfig().ociVersion;
  return /^spec: ([0-9.]+)/m.exec((await execute('runc', ['--version'])).stdout)?.[1] ?? '';
}

/** The container's process keeps the streams that it is given: they must not be those that we wait for. */
async function create(rig: Rig, bundle: Bundle, id: string): Promise<void> {
  const command = [programUnderTest(), '--root', rig.root, 'create', '--bundle', bundle.path, id];
  const output = join(rig.path, 'create-output');
  const result = await execute('sh', ['-c', `exec "$@" </dev/null >${output} 2>&1`, 'sh', ...command]);
  expect([result.code, readFileSync(output, 'utf8')]).toEqual([0, '']);
}

describe('hooks are run', () => {
  test('in the order of the lifecycle, and of the configuration', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const hooks = eachKind((kind) => [0, 1].map((index) => report(kind, ':', `${kind}[${index}]`)));
    const bundle = bundleWith(rig, hooks, ['sh', '-c', 'sleep 0.5; echo process >>/log']);
    const id = rig.id();
    const both = (kind: Kind) => [`${kind}[0]`, `${kind}[1]`];
    await create(rig, bundle, id);
    expect(logOf(bundle)).toEqual(atCreate.flatMap(both));
    expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
    await expect.poll(() => logOf(bundle).at(-1), { timeout: patience(5000) }).toBe('process');
    expect(logOf(bundle).slice(6)).toEqual([...atStart.flatMap(both), 'process']);
    await rig.tsrun(['delete', '--force', id]);
    expect(logOf(bundle).slice(11)).toEqual(both('poststop'));
  });

  test('in the namespaces that are theirs', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const seen = await reports(rig, 'tsrun', 'for n in mnt uts ipc; do readlink /proc/self/ns/$n; done');
    const host = ['mnt', 'uts', 'ipc'].map((name) => readlinkSync(`/proc/self/ns/${name}`)).join(' ');
    expect([seen.prestart, seen.createRuntime, seen.poststart, seen.poststop]).toEqual([
      host,
      host,
      host,
      host,
    ]);
    expect(seen.createContainer).not.toBe(host);
    expect(seen.startContainer).toBe(seen.createContainer);
  });

  // Runc's own version of the specification is a development one, and its state after the start is still "created".
  // A pid is the host's for hooks of the runtime, and 1 in the container's new pid namespace.
  test.for([
    ['working directory', 'pwd'],
    ['state', `sed 's/"pid":[1-9][0-9][0-9]*/"pid":N/; s/running/created/; s/-dev//'`],
    ['environment', 'env | grep -vE "^(_|SHLVL|PWD|OLDPWD)=" | sort'],
    ['umask', 'umask'],
    ['ids', 'id -u; id -g; id -G'],
    ['limit of open files', 'ulimit -n; ulimit -Hn'],
  ] as const)('with the same %s as under runc', async ([, command], context) => {
    need(context, 'busybox', 'runc');
    await using rig = makeRig();
    const ours = await reports(rig, 'tsrun', command);
    expect(Object.keys(ours).sort()).toEqual([...kinds].sort());
    const theirs = await reports(rig, 'runc', command);
    expect(ours).toEqual(command === 'ulimit -n; ulimit -Hn' ? beforeLimits(theirs) : theirs);
  });

  test('in the container with the rights of its process, at its start', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const rights = 'id -u; id -g; umask; grep -E "^(Cap(Prm|Eff|Bnd)|NoNewPrivs)" /proc/self/status';
    const bundle = rig.bundle({
      config: (config) => {
        config.hooks = { startContainer: [shell(`(${rights}) >/tmp/hook`)] };
        config.process.user = { uid: 1000, gid: 1000, umask: 0o27 };
        config.process.args = ['sh', '-c', `(${rights}) | diff - /tmp/hook && echo the same`];
      },
    });
    mkdirSync(join(bundle.rootfs, 'tmp'), { recursive: true });
    chmodSync(join(bundle.rootfs, 'tmp'), 0o1777);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: 'the same\n', stderr: '' });
  });

  test('with the environment that they set, be it empty', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const print = (kind: Kind, env: readonly string[]) =>
      shell(`echo ${kind} $(env | sort) >>${logFor(kind)}`, { env });
    const hooks = eachKind((kind) => [print(kind, []), print(kind, ['A=b c'])]);
    const bundle = bundleWith(rig, hooks);
    await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    // What a shell adds itself.
    const own = logOf(bundle).map((line) => line.replaceAll(/ (PATH|PWD|SHLVL|OLDPWD|_)=\S+/g, ''));
    expect(own.sort()).toEqual(kinds.flatMap((kind) => [kind, `${kind} A=b c`]).sort());
  });
});

/** Nothing is left: no state, no process that has the bundle in its mount table. */
async function expectNothingLeft(rig: Rig, id: string): Promise<void> {
  expect(await rig.tsrun(['state', id])).toMatchObject({ code: 1 });
  expect(readdirSync(rig.root)).not.toContain(id);
}

describe('a hook that fails', () => {
  test.for([...atCreate, 'startContainer'] as const)(
    'of kind %s leaves nothing of the container',
    async (kind, context) => {
      need(context, 'busybox');
      await using rig = makeRig();
      const hooks = { [kind]: [shell('echo one; echo two >&2; exit 3')], poststop: [report('poststop')] };
      const bundle = bundleWith(rig, hooks, ['sh', '-c', 'echo process >>/log']);
      const id = rig.id();
      const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(`hooks.${kind}[0] "/bin/sh" exited with status 3: two`);
      expect(result.stderr).toContain('one');
      await expectNothingLeft(rig, id);
      expect(logOf(bundle)).toEqual(['poststop']);
    },
  );

  test('of kind startContainer makes start fail', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = bundleWith(rig, {
      startContainer: [{ path: '/nonexistent' }],
      poststop: [report('poststop')],
    });
    const id = rig.id();
    await create(rig, bundle, id);
    const result = await rig.tsrun(['start', id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      'hooks.startContainer[0] "/nonexistent" cannot be executed: execve: ENOENT (no such file or directory)',
    );
    expect(result.stderr).toContain('inside the container');
    await expectNothingLeft(rig, id);
    expect(logOf(bundle)).toEqual(['poststop']);
  });

  test('of kind poststart stops the container', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const hooks = { poststart: [shell('exit 5')], poststop: [report('poststop')] };
    const bundle = bundleWith(rig, hooks, ['sleep', '1000']);
    const id = rig.id();
    await create(rig, bundle, id);
    const { pid } = JSON.parse((await rig.tsrun(['state', id])).stdout) as { pid: number };
    const result = await rig.tsrun(['start', id]);
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toContain('hooks.poststart[0] "/bin/sh" exited with status 5');
    expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
    await expectNothingLeft(rig, id);
    expect(logOf(bundle)).toEqual(['poststop']);
  });

  test('of kind poststop is a warning, and the next is run', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = bundleWith(rig, { poststop: [{ path: '/bin/false' }, report('poststop')] });
    const id = rig.id();
    const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('hooks.poststop[0] "/bin/false" exited with status 1');
    expect(logOf(bundle)).toEqual(['poststop']);
    await expectNothingLeft(rig, id);
  });

  test.for(['createRuntime', 'createContainer', 'startContainer'] as const)(
    'of kind %s may be one that takes too long',
    async (kind, context) => {
      need(context, 'busybox');
      await using rig = makeRig();
      const seconds = `7${process.pid}`;
      const slow = shell(`sleep ${seconds} & sleep ${seconds}`, { timeout: 1 });
      const bundle = bundleWith(rig, { [kind]: [slow] });
      const id = rig.id();
      const start = performance.now();
      const result = await rig.tsrun(['run', '--bundle', bundle.path, id]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(
        `hooks.${kind}[0] "/bin/sh" failed: hook ran past specified timeout of 1.0s`,
      );
      expect(performance.now() - start).toBeLessThan(patience(5000));
      expect((await execute('pgrep', ['-f', `sleep ${seconds}`])).stdout).toBe('');
      await expectNothingLeft(rig, id);
    },
  );
});
