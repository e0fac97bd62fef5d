/** linux.devices: nodes as the configuration has them, made or bound, beside runc's. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { execute } from '../setup/execute.ts';
import { need, needRoot } from '../setup/needs.ts';
import { type Bundle, type BundleOptions, makeRig, type Rig } from '../setup/rig.ts';

const isRoot = process.getuid?.() === 0;
const look = 'stat -c "%n %F %t:%T %a %u:%g"';

function bundleWith(rig: Rig, devices: readonly object[], command: string, more: BundleOptions = {}): Bundle {
  return rig.bundle({
    ...more,
    config: (config) => {
      config.linux.devices = devices;
      // Else runc may not open /dev/null, which it does when a configuration lists it.
      if (isRoot) config.linux.resources = { devices: [{ allow: true, access: 'rwm' }] };
      config.process.args = ['sh', '-c', command];
      more.config?.(config);
    },
  });
}

const made = [
  { path: '/dev/owned', type: 'c', major: 1, minor: 5, fileMode: 0o640, uid: 3, gid: 4 },
  { path: '/dev/plain', type: 'u', major: 1, minor: 3 },
  { path: '/dev/deep/er/disk', type: 'b', major: 259, minor: 70000, fileMode: 0o600 },
  { path: '/else/where', type: 'c', major: 1, minor: 7 },
  { path: '/dev/pipe', type: 'p', fileMode: 0o622, uid: 5 },
  // In place of the default one, which is 1:5.
  { path: '/dev/zero', type: 'c', major: 1, minor: 3, fileMode: 0o444 },
];

describe('devices', () => {
  test('are made as asked for, as under runc', async (context) => {
    need(context, 'busybox', 'runc');
    needRoot(context);
    await using rig = makeRig();
    const paths = made.map(({ path }) => path).join(' ');
    const bundle = () => bundleWith(rig, made, `${look} ${paths}`);
    const ours = await rig.tsrun(['run', '--bundle', bundle().path, rig.id()]);
    expect(ours).toMatchObject({ code: 0, stderr: '' });
    expect(ours.stdout.split('\n')).toEqual([
      '/dev/owned character special file 1:5 640 3:4',
      '/dev/plain character special file 1:3 666 0:0',
      '/dev/deep/er/disk block special file 103:11170 600 0:0',
      '/else/where character special file 1:7 666 0:0',
      '/dev/pipe fifo 0:0 622 5:0',
      '/dev/zero character special file 1:3 444 0:0',
      '',
    ]);
    expect(ours.stdout).toBe((await rig.runc(['run', '--bundle', bundle().path, rig.id()])).stdout);
  });

  test('are those of a former run', async (context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = bundleWith(rig, [{ path: '/x', type: 'c', major: 1, minor: 7, uid: 3 }], `${look} /x`);
    const first = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(first).toMatchObject({ code: 0, stdout: '/x character special file 1:7 666 3:0\n' });
    expect(await rig.tsrun(['run', '--bundle', bundle.path, rig.id()])).toEqual(first);
  });

  test.for([
    ['a file', (path: string) => writeFileSync(path, ''), 'a regular file is there'],
    ['a directory', (path: string) => mkdirSync(path), 'a directory is there'],
    ['a link', (path: string) => symlinkSync('/dev/null', path), 'a symbolic link is there'],
  ] as const)('do not take the place of %s', async ([, make, words], context) => {
    need(context, 'busybox');
    needRoot(context);
    await using rig = makeRig();
    const bundle = bundleWith(rig, [{ path: '/there', type: 'c', major: 1, minor: 3 }], 'true', {
      finish: (_, { rootfs }) => make(join(rootfs, 'there')),
    });
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`cannot make the character device 1:3 "/there": ${words}`);
    expect(result.stderr).toContain('(/linux/devices/0)');
  });

  test("do not leave the root through the image's links", async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const outside = join(rig.path, 'outside');
    mkdirSync(outside);
    chmodSync(rig.path, 0o755);
    const bundle = bundleWith(
      rig,
      [
        { path: '/way/x', type: 'p' },
        { path: '/up/y', type: 'p' },
      ],
      `${look} /way/x /y`,
      {
        finish: (_, { rootfs }) => {
          mkdirSync(join(rootfs, outside), { recursive: true });
          symlinkSync(outside, join(rootfs, 'way'));
          symlinkSync('../../../../../../..', join(rootfs, 'up'));
        },
      },
    );
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe('/way/x fifo 0:0 666 0:0\n/y fifo 0:0 666 0:0\n');
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync('/y')).toBe(false);
  });

  test('may be FIFOs in a user namespace', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const pipe = { path: '/dev/pipe', type: 'p', fileMode: 0o640 };
    const bundle = bundleWith(rig, [pipe], `${look} /dev/pipe; echo through >/dev/pipe & cat /dev/pipe`);
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
    expect(result).toMatchObject({ code: 0, stdout: '/dev/pipe fifo 0:0 640 0:0\nthrough\n', stderr: '' });
  });
});

/** Without CAP_MKNOD, root is told EPERM as an ordinary user is in a user namespace. */
const through = isRoot ? ['setpriv', '--bounding-set', '-mknod', '--inh-caps', '-mknod'] : [];

describe('devices where none can be made', () => {
  test("are the host's, bound", async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const { mode } = statSync('/dev/zero');
    const device = { path: '/dev/zero', type: 'c', major: 1, minor: 5, fileMode: mode & 0o777 };
    const bundle = bundleWith(
      rig,
      [device],
      'stat -c "%F %t:%T" /dev/null /dev/zero; head -c 3 /dev/zero | wc -c',
    );
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const special = 'character special file';
    expect(result.stdout).toBe(`${special} 1:3\n${special} 1:5\n3\n`);
  });

  test('keep their mode and owner, with a warning', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const device = { path: '/dev/full', type: 'c', major: 1, minor: 7, fileMode: 0o601 };
    const bundle = bundleWith(rig, [device], 'stat -c %a /dev/full');
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
    expect(result).toMatchObject({ code: 0, stdout: '666\n' });
    expect(result.stderr).toContain(
      'device "/dev/full" is the host\'s own, bound: it keeps its owner and its mode 0666',
    );
    expect(statSync('/dev/full').mode & 0o777).toBe(0o666);
  });

  test.for([
    ['/dev/null', 1, 5, 'it is a character device 1:3'],
    ['/dev/no-such-device', 1, 3, 'it is not there'],
  ] as const)('are not whatever is at their path: %s', async ([path, major, minor, words], context) => {
    need(context, 'busybox');
    context.skip(existsSync(`/dev/char/${major}:${minor}`), 'udev has the device by its number');
    await using rig = makeRig();
    const bundle = bundleWith(rig, [{ path, type: 'c', major, minor }], 'true');
    const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      `cannot bind the host's "${path}" as the character device ${major}:${minor}: ${words}`,
    );
  });
});

test('a /dev that is bound is left alone', async (context) => {
  need(context, 'busybox');
  needRoot(context);
  await using rig = makeRig();
  const own = join(rig.path, 'dev');
  mkdirSync(own);
  for (const [name, minor] of [
    ['null', '3'],
    ['zero', '5'],
  ] as const) {
    expect((await execute('mknod', [join(own, name), 'c', '1', minor])).code).toBe(0);
  }
  const bundle = bundleWith(rig, [{ path: '/dev/more', type: 'c', major: 1, minor: 3 }], 'ls /dev', {
    config: (config) => {
      config.mounts = config.mounts.filter(
        ({ destination }: { destination: string }) => !destination.startsWith('/dev'),
      );
      config.mounts.push({ destination: '/dev', type: 'bind', source: own, options: ['rbind'] });
    },
  });
  const result = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()]);
  expect(result).toMatchObject({ code: 0, stdout: 'null\nzero\n', stderr: '' });
  rmSync(own, { recursive: true });
});
