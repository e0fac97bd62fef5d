/** The overlay root, as root: without a user namespace, and in one; and what overlay cannot do. */
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { execute, minimalEnvironment } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { overlayTests } from '../setup/overlay-tests.ts';
import { remains } from '../setup/remains.ts';
import { makeRig } from '../setup/rig.ts';

function userNamespace(hostID: number, size: number) {
  return (config: LooseConfig) => {
    config.linux.namespaces = [
      ...config.linux.namespaces.filter(({ type }: { type: string }) => type !== 'user'),
      { type: 'user' },
    ];
    config.linux.uidMappings = [{ containerID: 0, hostID, size }];
    config.linux.gidMappings = [{ containerID: 0, hostID, size }];
  };
}

overlayTests('of root', { otherIds: true, traceable: true, check: needRoot });
overlayTests('of root, in a user namespace with the same ids', {
  config: userNamespace(0, 4_294_967_295),
  otherIds: true,
  traceable: false,
  check: needRoot,
});
overlayTests('of root, in a user namespace with other ids', {
  config: userNamespace(100_000, 65_536),
  owner: 100_000,
  otherIds: true,
  traceable: false,
  check: needRoot,
});

describe('what overlay cannot do', () => {
  test('hold a writable layer on an overlay', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = rig.bundle();
    for (const name of ['l', 'u', 'w', 'merged']) mkdirSync(join(rig.path, name));
    const { path } = rig;
    const mount = `mount -t overlay overlay -o lowerdir=${path}/l,upperdir=${path}/u,workdir=${path}/w ${path}/merged`;
    // Where it is there, it helps.
    const noFuse = 'for f in $(command -v fuse-overlayfs); do mount --bind /dev/null $f; done';
    const through = ['unshare', '-m', 'sh', '-c', `${mount} && ${noFuse} && exec "$@"`, 'sh'];
    const id = rig.id();
    const run = (overlay: string) => rig.tsrun(['run', '--bundle', bundle.path, overlay, id], { through });
    const refused = await run(`--overlay=dir=${path}/merged/layer`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `tsrun: cannot mount the overlay root: "${path}/merged/layer/upper" is on an overlay itself`,
    );
    expect(refused.stderr).toContain('hint: keep the writable layer in memory (--overlay=tmpfs)');
    expect(remains(rig, id)).toEqual([]);
    expect(await run('--overlay=tmpfs')).toMatchObject({ code: 0, stderr: '' });
  });

  test('be given the same layer twice', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const layer = join(rig.path, 'layer');
    mkdirSync(layer);
    const bundle = rig.bundle();
    const id = rig.id();
    const twice = ['--overlay-lower', layer, '--overlay-lower', layer];
    const result = await rig.tsrun(['run', '--bundle', bundle.path, '--overlay=tmpfs', ...twice, id]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('its directories overlap');
    expect(remains(rig, id)).toEqual([]);
  });
});

describe('the data directory of a user without a home directory', () => {
  test('is not the one that a link of another user leads to', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const uid = 1_000_000_000 + process.pid;
    const link = `/var/tmp/tsrun-${uid}`;
    const bundle = rig.bundle({
      config: (config) => {
        config.linux.namespaces.push({ type: 'user' });
        config.linux.uidMappings = [{ containerID: 0, hostID: uid, size: 1 }];
        config.linux.gidMappings = [{ containerID: 0, hostID: uid, size: 1 }];
      },
    });
    await execute('chown', ['-hR', `${uid}:${uid}`, rig.path]);
    const options = {
      through: ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'],
      env: minimalEnvironment(),
      cwd: '/',
    };
    const id = rig.id();
    const line = ['--overlay=disk', '--bundle', bundle.path, id];
    const { stdout } = await rig.tsrun(['plan', ...line], options);
    const [place = ''] = new RegExp(`${link}/\\w{16}/${id}(?=")`).exec(stdout) ?? [];
    const documents = join(place.replace(link, join(rig.path, 'home')), 'documents');
    mkdirSync(documents, { recursive: true });
    await execute('chown', ['-hR', `${uid}:${uid}`, join(rig.path, 'home')]);
    symlinkSync(join(rig.path, 'home'), link);
    try {
      lchownSync(link, 65_534, 65_534);
      const result = await rig.tsrun(['run', ...line], options);
      expect(existsSync(documents)).toBe(true);
      expect(result.stderr).toMatch(new RegExp(`^tsrun: "${link}/\\w+" leads through a symbolic link`));
      expect(result.code).toBe(1);
      expect(remains(rig, id)).toEqual([]);
    } finally {
      rmSync(link);
    }
  });
});

describe('where root mounts it', () => {
  test('a file can be changed whose owner the user namespace does not have the user namespace does not have', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        userNamespace(100_000, 65_536)(config);
        config.process.args = [
          'sh',
          '-c',
          'cat /etc/foreign; echo more >>/etc/foreign; echo x >>/etc/own && echo own',
        ];
      },
    });
    for (const name of ['foreign', 'own']) writeFileSync(join(bundle.rootfs, 'etc', name), `${name}\n`);
    await execute('chown', ['-hR', '100000:100000', bundle.rootfs]);
    await execute('chown', ['200000:200000', join(bundle.rootfs, 'etc/foreign')]);
    chmodSync(join(bundle.rootfs, 'etc/foreign'), 0o666);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, '--overlay=disk', rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: 'foreign\nown\n', stderr: '' });
    expect(readFileSync(join(bundle.rootfs, 'etc/foreign'), 'utf8')).toBe('foreign\n');
  });
});

describe("the machine's own root as the lower layer", () => {
  test('root mounts it before the user namespace is entered', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        userNamespace(0, 4_294_967_295)(config);
        config.root.path = '/';
        config.process.args = [
          '/bin/sh',
          '-c',
          'echo changed >/etc/tsrun-test-changed && cat /etc/tsrun-test-changed',
        ];
      },
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, '--overlay=tmpfs', rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: 'changed\n', stderr: '' });
    expect(await execute('test', ['-e', '/etc/tsrun-test-changed'])).toMatchObject({ code: 1 });
  });
});
