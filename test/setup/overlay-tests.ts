/** The overlay root, in every way that ids can be mapped: what is written, where it goes, what stays as it was. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { execute } from './execute.ts';
import { environment } from './faults.ts';
import { need } from './needs.ts';
import { patience } from './patience.ts';
import { remains } from './remains.ts';
import { type Bundle, makeRig, type Rig, type RigOptions } from './rig.ts';
import { treeDigest } from './tree-digest.ts';

export interface OverlayVariant {
  readonly config?: (config: LooseConfig) => void;
  /** Who is root in the container, for the host; undefined where it is us. */
  readonly owner?: number;
  /** Whether the container has other ids than root's. */
  readonly otherIds: boolean;
  /** Whether strace(1) can be used: the first process mounts it, and no set-user-ID program helps. */
  readonly traceable: boolean;
  readonly check?: (context: TestContext) => void;
}

const env = environment();

/** Everything that a layer has to be able to do. */
const CHANGES = `set -e
echo new >/new
echo added >>/etc/passwd; tail -n 1 /etc/passwd
rm /etc/group; [ ! -e /etc/group ]
rm -rf /d; mkdir /d; touch /d/own; ls -A /d
mv /e /moved; [ ! -e /e ]; cat /moved/inner/file
mkdir /made; touch /made/x; mv /made /again; ls /again
chmod 4711 /f; stat -c %a /f
ln -s there /etc/link; ln /f /hard; stat -c %h /hard
mv /f /etc/f; ls /etc/f
echo done`;

const OUTPUT = 'added\nown\ninner\nx\n4711\n2\n/etc/f\ndone\n';

interface Prepared {
  readonly bundle: Bundle;
  /** Of what was run. */
  readonly ids: readonly string[];
  /** Runs a shell in the container. */
  run(
    script: string,
    options?: readonly string[],
    annotations?: object,
    rigOptions?: RigOptions,
  ): ReturnType<Rig['tsrun']>;
  /** Nothing has changed in the rootfs, and nothing is left but what is kept. */
  check(): void;
}

async function prepare(rig: Rig, variant: OverlayVariant, path?: string): Promise<Prepared> {
  const made = rig.bundle();
  for (const directory of ['d/b', 'e/inner']) mkdirSync(join(made.rootfs, directory), { recursive: true });
  for (const [name, text] of [
    ['d/a', 'a'],
    ['d/b/c', 'c'],
    ['e/inner/file', 'inner\n'],
    ['f', 'f'],
  ] as const)
    writeFileSync(join(made.rootfs, name), text);
  const place = path ?? made.path;
  if (path !== undefined) renameSync(made.path, path);
  const bundle = { path: place, rootfs: join(place, 'rootfs') };
  if (variant.owner !== undefined)
    await execute('chown', ['-hR', `${variant.owner}:${variant.owner}`, bundle.rootfs]);
  const before = treeDigest(bundle.rootfs);
  const ids: string[] = [];
  return {
    bundle,
    ids,
    run: (script, options = [], annotations = {}, rigOptions = {}) => {
      const file = join(bundle.path, 'config.json');
      const config: LooseConfig = JSON.parse(readFileSync(file, 'utf8'));
      config.process.args = ['sh', '-c', script];
      config.annotations = annotations;
      for (const set of Object.values<string[]>(config.process.capabilities)) set.push('CAP_CHOWN');
      variant.config?.(config);
      writeFileSync(file, JSON.stringify(config, undefined, 2));
      const id = rig.id();
      ids.push(id);
      return rig.tsrun(['run', '--bundle', bundle.path, ...options, id], { env, ...rigOptions });
    },
    check: () => {
      expect(treeDigest(bundle.rootfs)).toBe(before);
      for (const id of ids) expect(remains(rig, id)).toEqual([]);
    },
  };
}

/** The kernel's own directory in the work directory cannot be entered; whoever is not root has to change that. */
function unlock(kept: string): void {
  const directory = join(kept, 'work/work');
  if (existsSync(directory)) chmodSync(directory, 0o700);
}

const ANNOTATION = 'org.tsrun.overlay';

export function overlayTests(name: string, variant: OverlayVariant): void {
  const setUp = async (context: TestContext, rig: Rig, path?: string) => {
    variant.check?.(context);
    need(context, 'busybox');
    return prepare(rig, variant, path);
  };

  describe(name, () => {
    test.for(['disk', 'tmpfs', 'tmpfs=16m', 'dir'])('changes go to a layer: %s', async (kind, context) => {
      await using rig = makeRig();
      const { run, check } = await setUp(context, rig);
      const kept = join(rig.path, 'kept');
      const result = await (kind === 'dir'
        ? run(CHANGES, [`--overlay=dir=${kept}`])
        : run(CHANGES, [], { [ANNOTATION]: kind }));
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: OUTPUT });
      expect(existsSync(join(kept, 'upper/new'))).toBe(kind === 'dir');
      unlock(kept);
      check();
    });

    test('a kept layer is used again, by one container at a time', async (context) => {
      await using rig = makeRig();
      const { run, check, ids } = await setUp(context, rig);
      const kept = join(rig.path, 'kept');
      const option = `--overlay=dir=${kept}`;
      expect(await run(CHANGES, [option])).toMatchObject({ code: 0, stdout: OUTPUT });
      const again = await run(
        'cat /new; ls -A /d; ls /moved; [ -e /etc/group ] || echo gone; stat -c %a /etc/f',
        [option],
      );
      expect(again).toMatchObject({ code: 0, stderr: '', stdout: 'new\nown\ninner\ngone\n4711\n' });
      const long = run('touch /running; sleep 100', [option]);
      await expect
        .poll(() => existsSync(join(kept, 'upper/running')), { timeout: patience(5000) })
        .toBe(true);
      const refused = await run('true', [option]);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`"${kept}" is in use by another container`),
      });
      await rig.tsrun(['kill', ids.at(-2) ?? '', 'KILL'], { env });
      expect(await long).toMatchObject({ code: 137 });
      expect(await run('ls /running', [option])).toMatchObject({ code: 0, stdout: '/running\n' });
      unlock(kept);
      check();
    });

    test('the option wins over the annotation', async (context) => {
      await using rig = makeRig();
      const { run, check, bundle } = await setUp(context, rig);
      expect(await run('echo x >/e/x', ['--overlay=tmpfs'], {})).toMatchObject({ code: 0, stderr: '' });
      expect(await run('echo x >/e/x', ['--overlay=tmpfs'], { [ANNOTATION]: 'off' })).toMatchObject({
        code: 0,
      });
      expect(await run('echo x >/e/x', [], { [ANNOTATION]: 'disk' })).toMatchObject({ code: 0, stderr: '' });
      check();
      if (variant.owner !== undefined) return; // who runs on the rootfs itself has to reach it
      expect(await run('echo x >/e/x', ['--overlay=off'], { [ANNOTATION]: 'disk' })).toMatchObject({
        code: 0,
      });
      expect(readFileSync(join(bundle.rootfs, 'e/x'), 'utf8')).toBe('x\n');
    });

    test('further layers are below the rootfs', async (context) => {
      await using rig = makeRig();
      const { run, check } = await setUp(context, rig);
      const layers = ['upper: one', 'lower, two'].map((layer) => join(rig.path, layer));
      for (const layer of layers) {
        mkdirSync(join(layer, 'e'), { recursive: true });
        for (const file of ['f', 'both', 'e/file']) writeFileSync(join(layer, file), `${layer.slice(-3)}\n`);
        writeFileSync(join(layer, layer.slice(-3)), 'own\n');
      }
      const before = layers.map(treeDigest);
      const script = 'cat /f; echo; cat /both /e/file /one /two; ls /e; rm -rf /e /both';
      const options = layers.flatMap((layer) => ['--overlay-lower', layer]);
      expect(await run(script, options, { [ANNOTATION]: 'disk' })).toMatchObject({
        code: 0,
        stderr: '',
        stdout: 'f\none\none\nown\nown\nfile\ninner\n',
      });
      expect(layers.map(treeDigest)).toEqual(before);
      check();
    });

    test.for(['disk', 'tmpfs', 'dir'])('paths may hold anything: %s', async (kind, context) => {
      await using rig = makeRig();
      const odd = [
        'a:b',
        'c,d',
        'e\\f',
        'g h',
        'lowerdir=i',
        '\'j"',
        'ünï',
        'k'.repeat(200),
        'l'.repeat(200),
      ];
      const place = join(rig.path, ...odd);
      for (const at of [join(place, '..'), join(rig.path, 'n:o,p\\q')]) mkdirSync(at, { recursive: true });
      mkdirSync(join(place, 'kept'), { recursive: true, mode: 0o700 });
      const layer = join(rig.path, 'n:o,p\\q');
      writeFileSync(join(layer, 'deep'), 'deep\n');
      const { run, check } = await setUp(context, rig, join(place, 'bundle'));
      const overlay = kind === 'dir' ? `dir=${join(place, 'kept')}` : kind;
      const options = [`--overlay=${overlay}`, `--overlay-lower=${layer}`];
      const result = await run(`${CHANGES}; cat /deep`, options);
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: `${OUTPUT}deep\n` });
      unlock(join(place, 'kept'));
      check();
    });

    // strace counts the calls of each process apart: those of a stub and of the first process would fail.
    const testNames = variant.traceable ? test : undefined;
    testNames?.for(['EBADF', 'EINVAL'])(
      'a kernel that takes no descriptors of layers (before 6.13) is given names: %s',
      async (errno, context) => {
        need(context, 'strace');
        await using rig = makeRig();
        const { run, check } = await setUp(context, rig);
        const log = join(rig.path, 'strace');
        // The source and the lower layers come first.
        const old = ['strace', '-f', '-qq', '-o', log, '-e', `inject=fsconfig:error=${errno}:when=3`];
        const options = { through: old };
        expect(await run(CHANGES, ['--overlay=disk'], {}, options)).toMatchObject({
          code: 0,
          stderr: '',
          stdout: OUTPUT,
        });
        expect(readFileSync(log, 'utf8')).toMatch(new RegExp(`FSCONFIG_SET_FD, .*${errno} .*\\(INJECTED\\)`));
        check();
      },
    );

    test('a directory that other users can reach is refused for a kept layer', async (context) => {
      await using rig = makeRig();
      const { run, check } = await setUp(context, rig);
      const kept = join(rig.path, 'kept');
      mkdirSync(kept, { mode: 0o755 });
      const option = `--overlay=dir=${kept}`;
      const refused = await run('touch /x', [option]);
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`"${kept}" is open to other users (mode 0755)`),
      });
      expect(refused.stderr).toContain(`chmod 700 "${kept}"`);
      expect(readdirSync(kept)).toEqual([]);
      chmodSync(kept, 0o700);
      expect(await run('touch /x', [option])).toMatchObject({ code: 0, stderr: '' });
      unlock(kept);
      check();
    });

    test('a tmpfs has the size that is asked for', async (context) => {
      await using rig = makeRig();
      const { run, check } = await setUp(context, rig);
      const fill = 'dd if=/dev/zero of=/big bs=64k count=32 2>/dev/null; echo $?; stat -c %s /big';
      const [status, size] = (await run(fill, ['--overlay=tmpfs=1m'])).stdout.split('\n').map(Number);
      expect(status).toBe(1);
      expect(size).toBeLessThanOrEqual(1 << 20);
      expect((await run(fill, ['--overlay=tmpfs=8m'])).stdout).toBe('0\n2097152\n');
      check();
    });

    test('a created container has its layer to itself, and delete takes it along', async (context) => {
      await using rig = makeRig();
      const { bundle, check, run } = await setUp(context, rig);
      await run(':', [], { [ANNOTATION]: 'disk' }); // writes the configuration
      const id = rig.id();
      const output = join(rig.path, 'output');
      const create = ['sh', '-c', `exec "$@" >${output} 2>&1`, 'sh'];
      await rig.tsrun(['create', '--bundle', bundle.path, id], { env, through: create });
      const [layer = '', ...others] = remains(rig, id).filter((path) => /tsrun\/[0-9a-f]{16}\//.test(path));
      expect(others).toEqual([]);
      expect(statSync(layer).mode & 0o777).toBe(0o700);
      expect(readdirSync(layer).sort()).toEqual(['upper', 'work']);
      expect(await rig.tsrun(['delete', id], { env })).toMatchObject({ code: 0, stderr: '' });
      expect(existsSync(join(layer, '..'))).toBe(false);
      expect(remains(rig, id)).toEqual([]);
      check();
    });

    test("files of the container's other users go, too", async (context) => {
      context.skip(!variant.otherIds, 'one id only');
      await using rig = makeRig();
      const { run, check } = await setUp(context, rig);
      const script =
        'mkdir -p /o/p && touch /o/p/q && chmod 700 /o/p /o && chown -R 1000:1000 /o && stat -c %u:%g /o';
      const result = await run(script, [], { [ANNOTATION]: 'disk' });
      expect(result).toMatchObject({ code: 0, stderr: '', stdout: '1000:1000\n' });
      check();
    });
  });
}
