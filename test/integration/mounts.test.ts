/** Mounts that only root can make; mounts that a user namespace changes. */
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LooseConfig } from '../setup/base-config.ts';
import { addMount, command, mountTests, run } from '../setup/mount-tests.ts';
import { need, needRoot } from '../setup/needs.ts';
import { started } from '../setup/probe-container.ts';
import { type Bundle, makeRig, type Rig } from '../setup/rig.ts';

mountTests();

const FIRST = 200_000;

function addUserNamespace({ linux }: LooseConfig, size = 65_536): void {
  linux.namespaces.push({ type: 'user' });
  linux.uidMappings = [{ containerID: 0, hostID: FIRST, size }];
  linux.gidMappings = [{ containerID: 0, hostID: FIRST, size }];
  delete linux.resources;
}

/** A directory with a file of root's and one of a user's, and a bundle whose root nobody but its owner needs. */
function mapped(rig: Rig, change: (config: LooseConfig, source: string) => void): Bundle {
  const bundle = rig.bundle({
    finish: (config, { path }) => {
      command(config, 'cd /tmp; stat -c "%n %u:%g" roots users; touch new; stat -c "%n %u:%g" new');
      change(config, join(path, 'source'));
    },
  });
  for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
  const source = join(bundle.path, 'source');
  mkdirSync(source, { mode: 0o755 });
  for (const name of ['roots', 'users']) writeFileSync(join(source, name), '');
  chownSync(join(source, 'users'), 1000, 1000);
  return bundle;
}

describe('an id-mapped mount', () => {
  const maps = [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1000, hostID: 0, size: 1 },
  ];

  test('has its own maps', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = mapped(rig, (config, source) => {
      const options = ['bind', 'idmap', 'nodev'];
      const own = { uidMappings: maps, gidMappings: maps };
      config.mounts.push({ destination: '/tmp', type: 'bind', source, options, ...own });
      config.process.args[2] += '; grep -o "/tmp [^ ]* " /proc/self/mountinfo';
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const result = await run(rig, bundle);
    const stdout = 'roots 1000:1000\nusers 0:0\nnew 1000:1000\n/tmp rw,nodev,relatime,idmapped \n';
    expect(result).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  test.each(['idmap', 'ridmap'])("has the container's maps where it has none (%s)", async (option) => {
    await using rig = makeRig();
    if (process.getuid?.() !== 0) return;
    const bundle = mapped(rig, (config, source) => {
      addUserNamespace(config);
      config.mounts.push({ destination: '/tmp', type: 'bind', source, options: ['rbind', option] });
    });
    const stdout = 'roots 0:0\nusers 1000:1000\nnew 0:0\n';
    expect(await run(rig, bundle)).toMatchObject({ code: 0, stdout, stderr: '' });
  });

  test('may be a tmpfs', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        const own = { uidMappings: maps, gidMappings: maps };
        config.mounts.push({ destination: '/tmp', type: 'tmpfs', source: 'x', options: ['idmap'], ...own });
        command(config, 'stat -c %u:%g /tmp');
      },
    });
    expect(await run(rig, bundle)).toMatchObject({ code: 0, stdout: '1000:1000\n', stderr: '' });
  });

  test('is an error where the filesystem cannot do it', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        const own = { uidMappings: maps, gidMappings: maps };
        config.mounts.push({
          ...{ destination: '/tmp', type: 'bind', source: '/proc/sys', options: ['bind', 'idmap'] },
          ...own,
        });
      },
    });
    const { code, stderr } = await run(rig, bundle);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot map the ids of the mount at "/tmp": mount_setattr: EINVAL');
    expect(stderr).toContain('its filesystem does not support it');
    expect(stderr).toContain('(/mounts/6/options/1)');
  });
});

describe('in a user namespace of root', () => {
  test("a sysfs without a network namespace is the host's, without cgroups; devpts has no unmapped group", async (context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        addUserNamespace(config, 1);
        config.linux.namespaces = config.linux.namespaces.filter(
          ({ type }: { type: string }) => type !== 'network',
        );
        command(config, 'ls /sys/kernel >/dev/null && ls /sys/fs/cgroup; mkdir /sys/fs/cgroup/x');
      },
    });
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    const { code, stdout, stderr } = await run(rig, bundle);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('the host\'s "/sys" is bound instead, read-only, without its cgroups');
    expect(stderr).toContain('"devpts" is mounted at "/dev/pts" without its group');
    expect(stderr).toContain("can't create directory '/sys/fs/cgroup/x': Read-only file system");
  });
});

test('a mount of fuse gets its device from a preserved descriptor, and its subtype from the type', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  context.skip(!existsSync('/dev/fuse'), 'needs /dev/fuse');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      addMount(config, '/tmp', 'fuse.test', 'fd=3', 'rootmode=40000', 'user_id=0', 'group_id=0', 'nosuid');
      command(config, 'grep " /tmp " /proc/self/mountinfo | cut -d" " -f6-9');
    },
  });
  const args = ['run', '--preserve-fds', '1', '--bundle', bundle.path, rig.id()];
  const through = ['sh', '-c', 'exec 3<>/dev/fuse; exec "$@"', 'sh'];
  const stdout = 'rw,nosuid,relatime - fuse.test fuse.test\n';
  expect(await rig.tsrun(args, { through })).toMatchObject({ code: 0, stdout, stderr: '' });
});

test('a proc that is refused because the one here is not fully visible says what covers it', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({ config: (config) => addUserNamespace(config) });
  for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
  const masked = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount --bind /dev/null /proc/meminfo && exec "$@"',
    'sh',
  ];
  const args = ['run', '--bundle', bundle.path, rig.id()];
  const { code, stderr } = await rig.tsrun(args, { through: masked });
  expect(code).toBe(1);
  expect(stderr).toContain('cannot mount "proc" at "/proc"');
  expect(stderr).toContain('proc must be fully visible here, and "/proc/meminfo"');
});

describe('a volume of a container in a user namespace of root', () => {
  /** Read-only, with something below that a second mount covers. */
  const guarded = [
    ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
    'mount -t tmpfs volume /mnt && mkdir -m 777 /mnt/sub && echo secret >/mnt/sub/file && mount -t tmpfs cover /mnt/sub && mount -o remount,bind,ro,nosuid /mnt && exec "$@"',
    'sh',
  ];

  /** A container that sleeps; the path of its user namespace. */
  async function holder(rig: Rig): Promise<string> {
    const bundle = rig.bundle({
      config: (config) => {
        addUserNamespace(config);
        config.process.args = ['sleep', '600'];
      },
    });
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    const id = await started(rig, bundle);
    return `/proc/${JSON.parse((await rig.tsrun(['state', id])).stdout).pid}/ns/user`;
  }

  test.for(['new', 'joined'])('which is %s, keeps its flags and what covers it', async (which, context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const path = which === 'joined' ? await holder(rig) : undefined;
    const bundle = rig.bundle({
      config: (config) => {
        addUserNamespace(config);
        if (path !== undefined) config.linux.namespaces.at(-1).path = path;
        const all = {
          bounding: ['CAP_SYS_ADMIN'],
          effective: ['CAP_SYS_ADMIN'],
          permitted: ['CAP_SYS_ADMIN'],
        };
        Object.assign(config.process, { capabilities: all, noNewPrivileges: false });
        addMount(config, '/tmp', 'bind', 'rbind');
        Object.assign(config.mounts.at(-1), { source: '/mnt' });
        const tries = [
          'mount -o remount,bind,rw /tmp',
          'mount -o remount,bind,ro,suid /tmp',
          'umount /tmp/sub',
        ];
        command(
          config,
          `${tries.map((one) => `${one} 2>/dev/null && echo "${one}"`).join('; ')}; ls /tmp/sub`,
        );
      },
    });
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    const args = ['run', '--bundle', bundle.path, rig.id()];
    expect(await rig.tsrun(args, { through: guarded })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test.for(['new', 'joined'])('which is %s, is there where its root may not go', async (which, context) => {
    needRoot(context);
    need(context, 'busybox');
    await using rig = makeRig();
    const path = which === 'joined' ? await holder(rig) : undefined;
    const closed = join(rig.path, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    writeFileSync(join(closed, 'file'), 'within reach\n', { mode: 0o644 });
    const bundle = rig.bundle({
      config: (config) => {
        addUserNamespace(config);
        if (path !== undefined) config.linux.namespaces.at(-1).path = path;
        addMount(config, '/etc/file', 'bind', 'bind', 'ro');
        Object.assign(config.mounts.at(-1), { source: join(closed, 'file') });
        command(config, 'cat /etc/file');
      },
    });
    // On top of a file that is there: the rootfs is not its root's to write to.
    writeFileSync(join(bundle.rootfs, 'etc/file'), '');
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    expect(await run(rig, bundle)).toMatchObject({ code: 0, stdout: 'within reach\n', stderr: '' });
  });
});

describe('what is mounted in a container', () => {
  /** On a volume that is shared with the machine; what the machine sees of it afterwards. */
  const shared = [
    ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
    'mount -t tmpfs volume /mnt && mount --make-shared /mnt && mkdir /mnt/in && "$@"; echo $?; grep -c " /mnt/in " /proc/self/mountinfo',
    'sh',
  ];

  async function seen(change: (config: LooseConfig) => void): Promise<string> {
    await using rig = makeRig();
    const bundle = rig.bundle({
      config: (config) => {
        const all = {
          bounding: ['CAP_SYS_ADMIN'],
          effective: ['CAP_SYS_ADMIN'],
          permitted: ['CAP_SYS_ADMIN'],
        };
        Object.assign(config.process, { capabilities: all, noNewPrivileges: false });
        addMount(config, '/tmp', 'bind', 'rbind', 'rshared');
        Object.assign(config.mounts.at(-1), { source: '/mnt' });
        command(config, 'mount -t tmpfs inner /tmp/in');
        change(config);
      },
    });
    for (const path of [rig.path, bundle.path]) chmodSync(path, 0o711);
    const { stdout, stderr } = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], {
      through: shared,
    });
    return stderr + stdout;
  }

  test('stays there', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    expect(await seen(() => {})).toBe('0\n0\n');
  });

  test('reaches the machine where rootfsPropagation and the volume are shared', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    for (const rootfsPropagation of ['shared', 'rshared']) {
      expect(await seen(({ linux }) => Object.assign(linux, { rootfsPropagation }))).toBe('0\n1\n');
    }
  });

  test('never leaves a user namespace', async (context) => {
    needRoot(context);
    need(context, 'busybox');
    expect(await seen((config) => addUserNamespace(config))).toBe('0\n0\n');
    const change = (config: LooseConfig) => {
      addUserNamespace(config);
      config.linux.rootfsPropagation = 'rshared';
    };
    expect(await seen(change)).toBe('0\n0\n');
  });
});

test("without pivot_root, the host's procfs cannot be reached", async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      const all = { bounding: ['CAP_SYS_ADMIN'], effective: ['CAP_SYS_ADMIN'], permitted: ['CAP_SYS_ADMIN'] };
      Object.assign(config.process, { capabilities: all, noNewPrivileges: false });
      // A namespace's own list shows what is above the root too.
      command(
        config,
        'cat /proc/1/root/proc/sys/kernel/ostype; unshare -m true; grep -cE " - (proc|sysfs) " /proc/self/mountinfo',
      );
    },
  });
  const pivoted = await run(rig, bundle);
  expect(await run(rig, bundle, '--no-pivot')).toEqual(pivoted);
  expect(pivoted.code).toBe(0);
});

test('without pivot_root, nobody mounts a procfs that shows what is masked', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: (config) => {
      const all = ['CAP_SYS_ADMIN', 'CAP_SETUID', 'CAP_SETGID', 'CAP_SETFCAP'];
      config.process.capabilities = { bounding: all, effective: all, permitted: all };
      config.linux.maskedPaths = ['/proc/acpi', '/proc/kcore', '/proc/keys'];
      command(config, 'unshare -mrpf mount -t proc none /proc');
    },
  });
  const pivoted = await run(rig, bundle);
  expect(pivoted).toMatchObject({ code: 1, stderr: expect.stringContaining('permission denied') });
  expect(await run(rig, bundle, '--no-pivot')).toEqual(pivoted);
});

test('without pivot_root, a private root is refused', async (context) => {
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({
    config: ({ linux }) => Object.assign(linux, { rootfsPropagation: 'private' }),
  });
  const { code, stderr } = await run(rig, bundle, '--no-pivot');
  expect(code).toBe(1);
  expect(stderr).toContain('linux.rootfsPropagation "private" is not safe without pivot_root(2)');
});

/** Executes what follows in $0, a directory that has all that the machine's root has, and is no mount point. */
const inChroot = `
  mkdir "$0"
  for entry in /*; do
    if [ -h "$entry" ]; then cp -P "$entry" "$0"
    elif [ -d "$entry" ]; then mkdir "$0$entry" && mount --rbind "$entry" "$0$entry"
    fi
  done
  exec chroot "$0" "$@"`;

test('in a chroot, a container is refused with what to do instead', async (context) => {
  needRoot(context);
  need(context, 'busybox');
  await using rig = makeRig();
  const bundle = rig.bundle({ applets: ['true'] });
  const enter = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', inChroot];
  const through = [...enter, join(rig.path, 'chroot')];
  const { code, stderr } = await rig.tsrun(['run', '--bundle', bundle.path, rig.id()], { through });
  expect(code).toBe(1);
  expect(stderr).toContain('"/" is a chroot');
  expect(stderr).toContain('hint: enter it with pivot_root(8)');
});
