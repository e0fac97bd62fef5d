/** Mounts of an ordinary user. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { addMount, command, mountTests, run } from '../../setup/mount-tests.ts';
import { need } from '../../setup/needs.ts';
import { makeRig } from '../../setup/rig.ts';

mountTests();

test("root's default configuration runs: sysfs is the host's, devpts has no group, and that is said", async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      const [, , pts, , , sysfs] = config.mounts;
      pts.options.push('gid=5');
      Object.assign(sysfs, { type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] });
      command(config, 'ls /sys/kernel >/dev/null && ls /sys/fs/cgroup; mkdir /sys/fs/cgroup/x');
    },
  });
  const { code, stdout, stderr } = await run(rig, bundle);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('the host\'s "/sys" is bound instead, read-only, without its cgroups');
  expect(stderr).toContain("can't create directory '/sys/fs/cgroup/x': Read-only file system");
  expect(stderr.match(/without its group/g)?.length ?? 0).toBeLessThanOrEqual(1);
});

/** A mount of the machine that has a flag to lose, and its flags; without others below it, which would be locked. */
function flaggedMount(): { path: string; flags: string } | undefined {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const found = mounts.find(([, , , , path = '', flags = '']) => {
    const isLeaf = mounts.every(([, , , , other = '']) => !other.startsWith(`${path}/`));
    return isLeaf && /^r[wo],nosuid,/.test(flags) && !path.includes('\\') && statSync(path).isDirectory();
  });
  return found && { path: found[4] ?? '', flags: (found[5] ?? '').replace(/^r[wo],/, '') };
}

test('a bind mount keeps the flags of its source, and an option that would take them away is an error', async (context) => {
  need(context, 'busybox');
  const flagged = flaggedMount();
  context.skip(flagged === undefined, 'needs a mount with nosuid on the machine');
  const { path, flags } = flagged as NonNullable<typeof flagged>;
  await using rig = makeRig();
  const bundle = (...options: string[]) =>
    rig.bundle({
      config: (config) => {
        addMount(config, '/tmp', 'bind', 'bind', ...options);
        Object.assign(config.mounts.at(-1), { source: path });
        command(config, 'grep " /tmp " /proc/self/mountinfo | cut -d" " -f6');
      },
    });
  const kept = await run(rig, bundle('ro'));
  expect(kept).toMatchObject({ code: 0, stdout: `ro,${flags}\n`, stderr: '' });
  const refused = await run(rig, bundle('ro', 'suid'));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`cannot bind "${path}" at "/tmp": mount_setattr: EPERM`);
  expect(refused.stderr).toContain('remove "suid"');
});

test('an id map of a mount is refused, with the reason', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const maps = [{ containerID: 0, hostID: 0, size: 1 }];
  const bundle = rig.bundle({
    finish: (config, { path }) => {
      const own = { uidMappings: maps, gidMappings: maps, source: path };
      config.mounts.push({ destination: '/tmp', type: 'bind', options: ['bind', 'idmap'], ...own });
    },
  });
  writeFileSync(join(bundle.path, 'file'), '');
  const { code, stderr } = await run(rig, bundle);
  expect(code).toBe(1);
  expect(stderr).toContain('cannot map the ids of the mount at "/tmp"');
  expect(stderr).toContain('only root of the machine');
});
