/** Mounts as root and as an ordinary user have them; shared by both. */
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LooseConfig } from './base-config.ts';
import { amount } from './batteries.ts';
import { execute } from './execute.ts';
import { makeDeep, makeMany } from './large-trees.ts';
import { need } from './needs.ts';
import { peakMemory } from './peak-memory.ts';
import { type Bundle, makeRig, programUnderTest, type Rig } from './rig.ts';

export function addMount(config: LooseConfig, destination: string, type: string, ...options: string[]): void {
  config.mounts.push({ destination, type, source: type, options });
}

export function command(config: LooseConfig, line: string): void {
  config.process.args = ['/bin/sh', '-c', line];
}

export function run(rig: Rig, bundle: Bundle, ...options: string[]) {
  return rig.tsrun(['run', ...options, '--bundle', bundle.path, rig.id()]);
}

/** What a copy has to look like: everything but sizes of directories. */
const listing =
  'cd /var/data; find . | sort | while read -r f; do stat -c "%N %A %u:%g" "$f"; done; cat a/[0-9]*; stat -c %s large';

export function mountTests(): void {
  test('a tmpfs begins with a copy of what it covers, and the rootfs keeps its own', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        addMount(config, '/var/data', 'tmpfs', 'tmpcopyup', 'size=8m');
        command(config, `${listing}; rm large; echo changed >a/0; mkdir new`);
      },
    });
    const data = join(bundle.rootfs, 'var/data');
    mkdirSync(join(data, 'a/b/c'), { recursive: true });
    for (let index = 0; index < 40; index++) writeFileSync(join(data, `a/${index}`), `${index}\n`);
    writeFileSync(join(data, 'large'), Buffer.alloc(3_000_000, 'x'));
    symlinkSync('../../../etc/passwd', join(data, 'link'));
    symlinkSync('/no/where', join(data, 'dangling'));
    await execute('mkfifo', [join(data, 'fifo')]);
    chmodSync(join(data, 'a/b'), 0o2711);
    chmodSync(join(data, 'large'), 0o4755);
    chmodSync(data, 0o1751);

    const without = rig.bundle({ config: (config) => command(config, listing) });
    await execute('cp', ['-a', data, join(without.rootfs, 'var')]);
    const result = await run(rig, bundle);
    expect(result).toEqual(await run(rig, without));
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain('./large -rwsr-xr-x 0:0\n');
    const after = await execute('ls', [data]);
    expect(after.stdout).toBe('a\ndangling\nfifo\nlarge\nlink\n');
  });

  test('a tmpfs that is too small for its copy is an error', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => addMount(config, '/bin', 'tmpfs', 'tmpcopyup', 'size=64k'),
    });
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot copy "/bin" up: sendfile: ENOSPC');
    expect(stderr).toMatch(/the tmpfs has 65536 bytes, what is copied up to "\w+" takes \d{6,} or more/);
    expect(stderr).toContain('(/mounts/6/options)');
    expect(stderr).toContain('give it a larger "size=", or remove "tmpcopyup"');
  });

  test('and so is one that has no room for so many files', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => addMount(config, '/bin', 'tmpfs', 'tmpcopyup', 'nr_inodes=3'),
    });
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(1);
    expect(stderr).toContain('ENOSPC (no space left on device): the tmpfs has room for 3 files');
    expect(stderr).toContain('give it a larger "nr_inodes=" or "size="');
  });

  test('a copy keeps holes, needs little memory for any number of files, and has any depth', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        addMount(config, '/var/data', 'tmpfs', 'tmpcopyup', 'size=64m');
        command(
          config,
          `cd /var/data; stat -c "%s %b" sparse; ls many | wc -l; echo $(cat deep/${'d/'.repeat(1200)}bottom); read x`,
        );
      },
    });
    const data = join(bundle.rootfs, 'var/data');
    for (const name of ['many', 'deep']) mkdirSync(join(data, name), { recursive: true });
    writeFileSync(join(data, 'sparse'), '');
    truncateSync(join(data, 'sparse'), 2 ** 43);
    const many = amount(20_000);
    makeMany(join(data, 'many'), many);
    makeDeep(join(data, 'deep'), 1200);
    const args = ['--root', rig.root, 'run', '--bundle', bundle.path, rig.id()];
    const { stdout, peak } = await peakMemory(programUnderTest(), args, 3);
    expect(stdout).toBe(`8796093022208 0\n${many}\nbottom\n`);
    expect(peak).toBeLessThan(160 * 2 ** 20);
  });

  test('a remount changes what is mounted', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        addMount(config, '/tmp', 'tmpfs', 'size=1m', 'nosuid', 'noatime', 'mode=700');
        addMount(config, '/tmp', 'tmpfs', 'remount', 'ro', 'nodev', 'size=2m');
        addMount(config, '/var', 'tmpfs', 'nosuid', 'noatime', 'mode=700');
        addMount(config, '/var', 'bind', 'remount', 'ro', 'noexec');
        command(config, 'grep -E " /(tmp|var) " /proc/self/mountinfo | cut -d" " -f5-');
      },
    });
    const { code, stdout, stderr } = await run(rig, bundle);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [tmp, variable] = stdout.split('\n');
    expect(tmp).toMatch(/^\/tmp ro,nodev,noatime - tmpfs tmpfs ro,size=2048k,mode=700/);
    expect(variable).toMatch(/^\/var ro,noexec,noatime - tmpfs tmpfs rw,mode=700/);
  });

  test('a remount of nothing is an error', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({ config: (config) => addMount(config, '/tmp', 'tmpfs', 'remount', 'ro') });
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot remount "/tmp": nothing is mounted there');
    expect(stderr).toContain('(/mounts/6)');
  });

  test('the target of a dangling symlink is made in the root', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        addMount(config, '/etc/link', 'tmpfs', 'mode=700');
        command(config, 'ls -d /made/here; grep -c " /made/here " /proc/self/mountinfo');
      },
    });
    symlinkSync('../../../../../made/here', join(bundle.rootfs, 'etc/link'));
    expect(await run(rig, bundle)).toMatchObject({ code: 0, stdout: '/made/here\n1\n', stderr: '' });
  });

  test('symlinks that lead in a circle are an error', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      finish: (config) => addMount(config, '/loop/a', 'devpts'),
    });
    symlinkSync('loop', join(bundle.rootfs, 'loop'));
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(1);
    expect(stderr).toMatch(/ELOOP|too many levels of symbolic links/);
  });

  test('the label of mounts is left out without SELinux, and that is said', async (context) => {
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: ({ linux }) =>
        Object.assign(linux, { mountLabel: 'system_u:object_r:container_file_t:s0:c1,c2' }),
    });
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(0);
    expect(stderr).toContain('SELinux is not enabled on this machine');
  });
}
