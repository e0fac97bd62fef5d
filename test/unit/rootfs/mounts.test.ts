import { describe, expect, test } from 'vitest';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { CallStep, Live } from '../../../src/init/step.ts';
import type { Call, Results } from '../../../src/kernel/call.ts';
import { EINVAL, ENOENT, EPERM } from '../../../src/kernel/errno.ts';
import { effectiveLabel } from '../../../src/rootfs/mount-label.ts';
import { mountOptions, parseMountOptions } from '../../../src/rootfs/mount-options.ts';
import { withAbsolutePaths } from '../../../src/rootfs/mount-paths.ts';
import { mountSteps } from '../../../src/rootfs/mounts.ts';
import type { Config, Mount } from '../../../src/spec/types.ts';
import { contextFor, failing, lastText, singleId, stepsOf, text } from './fixture.ts';

const bind = (...options: string[]): Mount => ({
  ...{ destination: '/x', type: 'bind', source: '/src' },
  options: ['bind', ...options],
});
const tmpfs = (...options: string[]): Mount => ({
  ...{ destination: '/x', type: 'tmpfs', source: 'tmpfs' },
  options,
});

describe('mount options', () => {
  test('of the specification are all known', () => {
    // The table of config.md has 68 names; those of mount_setattr(2) are in it.
    const names = [...mountOptions.keys()];
    for (const name of ['idmap', 'ridmap', 'tmpcopyup', 'rnosymfollow', 'nosymfollow', 'lazytime', 'rro']) {
      expect(names).toContain(name);
    }
    expect(parseMountOptions(names).data).toEqual([]);
    expect(parseMountOptions(['', 'size=5']).data).toEqual(['size=5']);
  });

  test('that contradict each other are settled by the last one', () => {
    expect(parseMountOptions(['sync', 'async']).superblock).toEqual([]);
    expect(parseMountOptions(['async', 'sync']).superblock).toEqual(['sync']);
    expect(parseMountOptions(['ro', 'rw']).attributes).toEqual({ set: 0, clear: 1 });
  });

  test('that only mount(2) can express do not fail', () => {
    const calls = lastText(stepsOf([tmpfs('iversion', 'silent', 'mode=700')]).steps);
    expect(calls).toContain('fsconfig($2, FSCONFIG_SET_FLAG, "iversion", NULL, 0)  (EINVAL is fine)');
    expect(calls).not.toContain('silent');
  });
});

describe('the flags of a bind mount', () => {
  test('are those that are given, where any is', () => {
    expect(lastText(stepsOf([bind('ro')]).steps)).toContain(
      '{attr_set=MOUNT_ATTR_RDONLY, attr_clr=MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC|MOUNT_ATTR_NOSYMFOLLOW}',
    );
    expect(lastText(stepsOf([bind()]).steps)).not.toContain('mount_setattr');
  });

  test('are kept in a user namespace, where they are locked', () => {
    const calls = lastText(stepsOf([bind('ro')], singleId).steps);
    expect(calls).toContain('{attr_set=MOUNT_ATTR_RDONLY}, 32)');
  });

  test('cannot be cleared there: the error names the option', () => {
    const { steps } = stepsOf([bind('nosuid', 'suid', 'rw')], singleId);
    const error = failing(steps[0], 'mount_setattr', EPERM) as RuntimeError;
    expect(error.code).toBe('rootless');
    expect(error.details.pointer).toBe('/mounts/0/options/2');
    expect(error.details.hint).toContain('remove "suid", "rw"');
  });

  test('are no parameters of a filesystem', () => {
    expect(() => stepsOf([bind('ro', 'size=5')])).toThrow('takes no filesystem options, found "size=5"');
    expect(lastText(stepsOf([bind('', 'z', 'Z', 'U')]).steps)).toBe(lastText(stepsOf([bind()]).steps));
  });
});

describe('a remount', () => {
  test('changes the filesystem and its mount', () => {
    const calls = lastText(stepsOf([tmpfs(), tmpfs('remount', 'ro', 'nodev', 'size=2m', 'async')]).steps);
    expect(calls.split('\n')).toEqual([
      'openat2($open_tree, "/x", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24) = $1',
      'fspick($1, "", FSPICK_CLOEXEC|FSPICK_EMPTY_PATH) = $2',
      'fsconfig($2, FSCONFIG_SET_FLAG, "ro", NULL, 0)',
      'fsconfig($2, FSCONFIG_SET_FLAG, "async", NULL, 0)',
      'fsconfig($2, FSCONFIG_SET_STRING, "size", "2m", 0)',
      'fsconfig($2, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0)',
      'close($2)',
      'mount_setattr($1, "", AT_EMPTY_PATH, {attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NODEV, attr_clr=MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC|MOUNT_ATTR_NOSYMFOLLOW}, 32)',
      'close($1)',
    ]);
  });

  test('of a bind changes the mount alone, and keeps locked flags', () => {
    const { steps } = stepsOf([bind('remount', 'ro')]);
    expect(lastText(steps)).not.toContain('fspick');
    const again = failing(steps[0], 'mount_setattr', EPERM);
    if (again instanceof RuntimeError) throw again;
    expect(text(again[0])).toContain('{attr_set=MOUNT_ATTR_RDONLY}, 32)');
    const error = failing(again[0], 'mount_setattr', EPERM) as RuntimeError;
    expect(error.message).toBe('cannot remount "/x": mount_setattr: EPERM (operation not permitted)');
  });

  test('of nothing says so', () => {
    const { steps } = stepsOf([tmpfs('remount', 'ro')]);
    expect(String(failing(steps[0], 'fspick', EINVAL))).toContain(
      'cannot remount "/x": nothing is mounted there',
    );
    expect(String(failing(steps[0], 'openat2', ENOENT))).toContain('nothing is mounted there');
  });
});

describe('a read-only', () => {
  test('tmpfs is filled first', () => {
    const { steps, last } = stepsOf([tmpfs('ro', 'mode=755')]);
    expect(lastText(steps)).toContain('fsmount($2, FSMOUNT_CLOEXEC, 0) = $3');
    expect(lastText(steps)).not.toContain('close($3)');
    expect(text(last)).toContain('{attr_set=MOUNT_ATTR_RDONLY}');
  });

  test('filesystem of another kind is read-only from the beginning', () => {
    const { steps, last } = stepsOf([{ ...tmpfs('ro'), type: 'ext4', source: '/dev/sda1' }]);
    expect(lastText(steps)).toContain('fsconfig($2, FSCONFIG_SET_FLAG, "ro", NULL, 0)');
    expect(last).toBeUndefined();
  });
});

describe('the group of the terminals', () => {
  const devpts: Mount = {
    ...{ destination: '/dev/pts', type: 'devpts', source: 'devpts' },
    options: ['newinstance', 'gid=5'],
  };

  test('is left out where it is not mapped, and that is said', () => {
    const { steps, warnings } = stepsOf([devpts], singleId);
    expect(lastText(steps)).not.toContain('"gid"');
    expect(warnings).toEqual([
      '"devpts" is mounted at "/dev/pts" without its group: gid 5 of the option "gid=5" is not in the container\'s map',
    ]);
  });

  test('is left out where the kernel says that it is not mapped', () => {
    const { steps, warnings } = stepsOf([devpts], { inUserNamespace: true });
    const { calls, recover } = steps[0] as CallStep;
    const refused = calls.find(({ args }) => args[2] === 'gid') as Call;
    const again = recover?.({ call: refused, errno: EINVAL });
    if (!Array.isArray(again)) throw new Error('not tried again');
    expect(text(again[0])).toContain('fsopen("devpts"');
    expect(text(again[0])).not.toContain('"gid"');
    expect(warnings).toEqual([expect.stringContaining('without its group')]);
    const [initial] = stepsOf([devpts]).steps as CallStep[];
    expect(initial?.recover?.({ call: refused, errno: EINVAL })).toBeInstanceOf(RuntimeError);
  });

  test('is another one only by mistake', () => {
    const other = { ...devpts, options: ['gid=6'] };
    expect(() => stepsOf([other], singleId)).toThrow('gid 6 of the option "gid=6" is not in the container');
    expect(() => stepsOf([{ ...devpts, type: 'tmpfs' }], singleId)).toThrow('gid 5 of the option');
  });
});

describe('a sysfs that a user namespace may not mount', () => {
  const sysfs: Mount = { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['rslave'] };

  test("is the host's, read-only and without cgroups, and that is said", () => {
    const { steps, warnings } = stepsOf([sysfs], singleId);
    const instead = failing(steps[0], 'fsopen', EPERM);
    if (instead instanceof RuntimeError) throw instead;
    expect(text(instead[0])).toContain('open_tree(AT_FDCWD, "/sys", OPEN_TREE_CLONE|AT_RECURSIVE');
    expect(text(instead[0])).toContain(
      'mount_setattr($2, "", AT_EMPTY_PATH|AT_RECURSIVE, {attr_set=MOUNT_ATTR_RDONLY|',
    );
    expect(text(instead[1])).toContain('"/sys/fs/cgroup"');
    expect(warnings).toEqual([expect.stringContaining('the host\'s "/sys" is bound instead, read-only')]);
  });
});

describe('a proc that a user namespace may not mount', () => {
  test('is an error with a hint', () => {
    const { steps } = stepsOf([{ destination: '/proc', type: 'proc', source: 'proc' }], singleId);
    expect(failing(steps[0], 'fsconfig', EPERM)).toMatchObject({ code: 'rootless' });
  });
});

describe('the label of mounts', () => {
  test('is an option of what can have one', () => {
    const label = 'system_u:object_r:container_file_t:s0:c1,c2';
    const labelled = lastText(stepsOf([tmpfs()], { label }).steps);
    expect(labelled).toContain(`fsconfig($2, FSCONFIG_SET_STRING, "context", "${label}", 0)`);
    const proc: Mount = { destination: '/proc', type: 'proc', source: 'proc' };
    expect(lastText(stepsOf([proc], { label }).steps)).not.toContain('context');
    const overlay: Mount = {
      ...{ destination: '/o', type: 'overlay', source: 'overlay', options: ['lowerdir=/a:/b'] },
    };
    expect(lastText(stepsOf([overlay], { label }).steps)).toContain(`"context", "${label}"`);
  });

  test('is set on the directory of the message queues', () => {
    const mqueue: Mount = { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue' };
    expect(lastText(stepsOf([mqueue], { label: 'l' }).steps)).toContain(
      'fsetxattr($4, "security.selinux", "\\x6c\\x00", 2, 0)',
    );
    expect(lastText(stepsOf([mqueue]).steps)).not.toContain('fsetxattr');
  });

  test('is left out without SELinux, and that is said', () => {
    const warnings: string[] = [];
    const log = { debug() {}, warning: (message: string) => warnings.push(message) };
    expect(effectiveLabel('l', log, () => false)).toBeUndefined();
    expect(warnings).toEqual(['the mounts are not labelled "l": SELinux is not enabled on this machine']);
    expect(effectiveLabel('l', log, () => true)).toBe('l');
    expect(effectiveLabel(undefined, log, () => false)).toBeUndefined();
    expect(warnings).toHaveLength(1);
  });
});

describe('paths that are relative', () => {
  const config = (mounts: Mount[]) => ({ mounts }) as unknown as Config;

  test('are taken from the root and from the bundle', () => {
    const given = config([
      { ...bind(), destination: 'x/y', source: '../src' },
      tmpfs(),
      { destination: 'z' },
    ]);
    expect(withAbsolutePaths(given, '/run/bundle').mounts).toEqual([
      { ...bind(), destination: '/x/y', source: '/run/src' },
      tmpfs(),
      { destination: '/z' },
    ]);
  });

  test('are rare', () => {
    const given = config([bind(), tmpfs()]);
    expect(withAbsolutePaths(given, '/run/bundle')).toBe(given);
  });
});

test('a type may have a subtype', () => {
  const calls = lastText(stepsOf([{ ...tmpfs('fd=3'), type: 'fuse.sshfs' }]).steps);
  expect(calls).toContain('fsopen("fuse.sshfs", FSOPEN_CLOEXEC) = $2');
  expect(calls).toContain('fsconfig($2, FSCONFIG_SET_STRING, "subtype", "sshfs", 0)');
});

test('tmpcopyup is for a new tmpfs', () => {
  expect(() => stepsOf([bind('tmpcopyup')])).toThrow('"tmpcopyup" is for a new tmpfs');
});

describe('a tmpfs that begins with a copy', () => {
  test('is filled before it is attached', () => {
    const { steps } = stepsOf([tmpfs('tmpcopyup', 'mode=700')]);
    expect(lastText(steps.slice(0, 1))).not.toContain('move_mount');
    const [opening, copying, mounting] = (steps[1] as CallStep).check?.(noResults, noLive) ?? [];
    expect(text(opening)).toBe('openat($openat2, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC)');
    expect(copying).toMatchObject({ kind: 'action', name: 'copy "/x" up' });
    expect(text(mounting)).toContain('move_mount');
  });
});

const noResults: Results = { value: () => 0, bytes: () => new Uint8Array() };
const noLive = {} as Live;

describe('in a tmpfs of an earlier entry', () => {
  const pts: Mount = { destination: '/x/pts', type: 'devpts', source: 'devpts' };

  test('the target is made by the descriptor of the tmpfs, which stays open until the end', () => {
    const mounts = [tmpfs('mode=755'), pts];
    const { context } = contextFor(mounts);
    const outer = mountSteps(mounts[0] as Mount, 0, context);
    expect(text(outer.steps[0])).not.toContain('close($3)');
    expect(outer.last?.name).toBe('close "/x"');
    expect(
      lastText(mountSteps(pts, 1, context).steps)
        .split('\n')
        .slice(0, 2),
    ).toEqual([
      'mkdirat($fsmount, "pts", 0755)  (EEXIST is fine)',
      'openat2($fsmount, "/pts", {flags=O_DIRECTORY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_SYMLINKS|RESOLVE_IN_ROOT}, 24) = $1',
    ]);
  });

  test('it is not where something else has been mounted in between, or a copy has been made', () => {
    const covered = { ...bind(), destination: '/x/pts' };
    for (const mounts of [
      [tmpfs(), covered, { ...pts, destination: '/x/pts/a' }],
      [tmpfs('tmpcopyup'), pts],
      [tmpfs(), tmpfs('remount', 'ro'), pts],
    ]) {
      const { context } = contextFor(mounts);
      const made = mounts.map((mount, index) => mountSteps(mount, index, context));
      expect(lastText(made.at(-1)?.steps ?? [])).toContain('openat2($open_tree, ');
    }
  });
});
