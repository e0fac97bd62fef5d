/** An ordinary user without subordinate ids has one id for a container; its process need not be root all the same. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LooseConfig } from '../../setup/base-config.ts';
import { need } from '../../setup/needs.ts';
import { created, started } from '../../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../../setup/rig.ts';

const look =
  'id -u; id -g; echo $(cat /proc/self/uid_map) $(cat /proc/self/gid_map) $(cat /proc/self/setgroups); ' +
  'grep -E "Cap(Prm|Eff|Bnd)" /proc/self/status | cut -f2; stat -c %u:%g /tmp /dev/pts/ptmx /proc/1';

const seen = [
  ...['1000', '1001', '1000 0 1 1001 0 1 deny'],
  ...['0000000000000000', '0000000000000000', '0000000020000420'],
  ...['1000:1001', '1000:1001', '1000:1001'],
];

const told = 'its process runs in a user namespace nested in it';

function bundleOf(rig: Rig, ...args: string[]): Bundle {
  return rig.bundle({
    config: ({ process: own }: LooseConfig) => {
      own.user = { uid: 1000, gid: 1001 };
      own.args = args;
    },
  });
}

test('a process that is not root owns what it writes, and has no right that its configuration does not give', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = bundleOf(rig, 'sh', '-c', `${look}; echo >/tmp/file`);
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
  expect(result.code).toBe(0);
  expect(result.stdout.trimEnd().split('\n')).toEqual(seen);
  expect(result.stderr).toContain(told);
  const { uid, gid } = lstatSync(join(bundle.rootfs, 'tmp/file'));
  expect([uid, gid]).toEqual([process.getuid?.(), process.getgid?.()]);
});

test('create, start and exec have the same process in mind', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = bundleOf(rig, 'sh', '-c', `{ ${look}; } >/tmp/part; mv /tmp/part /tmp/seen; exec sleep 600`);
  const id = rig.id();
  const streams = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
  expect((await rig.tsrun(['create', '--bundle', bundle.path, id], { through: streams })).code).toBe(0);
  const exec = async (...words: string[]) =>
    (await rig.tsrun(['exec', ...words])).stdout.trimEnd().split('\n');
  expect(await exec(id, 'id', '-u')).toEqual(['1000']);
  expect(await rig.tsrun(['start', id])).toMatchObject({ code: 0, stderr: '' });
  expect(await exec(id, 'sh', '-c', look)).toEqual(seen);
  expect(await exec(id, 'sh', '-c', 'until [ -e /tmp/seen ]; do sleep 0.02; done; cat /tmp/seen')).toEqual(
    seen,
  );
  const kinds = ['user', 'mnt', 'pid', 'uts', 'ipc'];
  const links = (pid: string) => kinds.map((kind) => `$(readlink /proc/${pid}/ns/${kind})`).join(' ');
  expect(await exec(id, 'sh', '-c', `[ "${links('$$')}" = "${links('1')}" ] && echo same`)).toEqual(['same']);
});

test('exec as somebody else is an error that says who there is', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const streams = ['sh', '-c', 'exec "$@" </dev/null >/dev/null 2>&1', 'sh'];
  const id = rig.id();
  const bundle = bundleOf(rig, 'sleep', '600');
  expect((await rig.tsrun(['run', '-d', '--bundle', bundle.path, id], { through: streams })).code).toBe(0);
  const refused = await rig.tsrun(['exec', '--user', '0', id, 'true']);
  expect(refused).toMatchObject({ code: 255, stdout: '' });
  expect(refused.stderr).toContain('uid 0 and gid 1001 do not exist in the container: it has one id');
  expect(refused.stderr).toContain('hint: use --user 1000:1001');
});

test('within a user namespace of one id, as rootless podman makes it, it is the same', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own, linux }) => {
      own.user = { uid: 1000, gid: 1001 };
      own.args = ['sh', '-c', look];
      withoutUserNamespace(linux);
    },
  });
  const through = ['unshare', '--map-root-user'];
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
  expect(result.code).toBe(0);
  expect(result.stdout.trimEnd().split('\n')).toEqual(seen);
  expect(result.stderr).toContain(told);
});

test('root is in the container’s own user namespace', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) => {
      own.args = ['sleep', '600'];
    },
  });
  for (const id of [await created(rig, bundle), await started(rig, bundle)]) {
    const map = await rig.tsrun(['exec', id, 'sh', '-c', 'echo $(cat /proc/self/uid_map)']);
    expect(map.stdout).toBe(`0 ${process.getuid?.()} 1\n`);
  }
});

test('additional groups are refused, and it is said where they come from', async (context) => {
  need(context, 'busybox', 'runc');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own }) => {
      own.user.additionalGids = [0];
    },
  });
  const words = 'cannot set any additional groups in a rootless container';
  expect((await rig.runc(['run', '--bundle', bundle.path, rig.id()])).stderr).toContain(words);
  const refused = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(words);
  expect(refused.stderr).toContain('(/process/user/additionalGids)');
  expect(refused.stderr).toContain('hint: remove them, or map subordinate ids');
});

test('where an engine has made the user namespace, additional groups are left out, with a warning', async (context) => {
  need(context, 'busybox', 'runc');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ process: own, linux }) => {
      own.user.additionalGids = [0, 7, 55];
      own.args = ['id', '-G'];
      withoutUserNamespace(linux);
    },
  });
  const through = ['unshare', '--map-root-user'];
  const run = ['run', '--bundle', bundle.path];
  expect(await rig.runc([...run, rig.id()], { through })).toMatchObject({ code: 0, stdout: '0\n' });
  const result = await rig.tsrun([...run, rig.id()], { through });
  expect(result).toMatchObject({ code: 0, stdout: '0\n' });
  expect(result.stderr).toContain('warning: additional groups are left out: 7, 55');
});

function withoutUserNamespace(linux: LooseConfig): void {
  linux.namespaces = linux.namespaces.filter(({ type }: LooseConfig) => type !== 'user');
  delete linux.uidMappings;
  delete linux.gidMappings;
}
