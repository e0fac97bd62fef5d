import { describe, expect, test } from 'vitest';
import type { CallStep, Step } from '../../../src/init/step.ts';
import { type Call, call, type Results } from '../../../src/kernel/call.ts';
import { S_IFBLK, S_IFCHR, S_IFIFO, S_IFREG } from '../../../src/kernel/constants/file.ts';
import { EEXIST, ENOENT, EPERM, EROFS } from '../../../src/kernel/errno.ts';
import type { Log } from '../../../src/log/log.ts';
import { cleanPath, configuredDeviceSteps } from '../../../src/rootfs/configured-devices.ts';
import { describeKind, makedev } from '../../../src/rootfs/device-number.ts';
import { deviceSteps } from '../../../src/rootfs/devices.ts';
import type { Device } from '../../../src/spec/types.ts';
import { shortCalls } from '../cgroups/recorded.ts';

const root = call('open_tree');
const dev = call('openat2');
const fuse: Device = { path: '/dev/fuse', type: 'c', major: 10, minor: 229 };

function logTo(warnings: string[]): Log {
  return { debug() {}, warning: (text) => warnings.push(text) };
}

function stepsOf(device: Device, { mayMknod = true, warnings = [] as string[], bound = false } = {}) {
  const context = { root, mayMknod, log: logTo(warnings) };
  return configuredDeviceSteps(context, bound ? undefined : dev, [device]);
}

/** What statx(2) tells. */
function status(mode: number, major = 0, minor = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(256));
  view.setUint16(28, mode, true);
  view.setUint32(128, major, true);
  view.setUint32(132, minor, true);
  return new Uint8Array(view.buffer);
}

function results(bytes: Uint8Array, mknod = 0): Results {
  return { value: ({ name }) => (name === 'mknodat' ? mknod : 3), bytes: () => bytes };
}

function only(steps: readonly Step[]): CallStep {
  expect(steps).toHaveLength(1);
  return steps[0] as CallStep;
}

describe('numbers', () => {
  test('are the kernel’s', () => {
    expect(makedev({ type: S_IFCHR, major: 1, minor: 3 })).toBe(0x103);
    expect(makedev({ type: S_IFBLK, major: 259, minor: 0xfffff })).toBe(0xfff103ff);
    expect(makedev({ type: S_IFCHR, major: 0xfff, minor: 0x100 })).toBe(0x1fff00);
  });

  test('stand in the words for a node', () => {
    expect(describeKind({ type: S_IFBLK, major: 8, minor: 1 })).toBe('block device 8:1');
    expect(describeKind({ type: S_IFIFO, major: 0, minor: 0 })).toBe('FIFO');
    expect(describeKind({ type: 0o170000, major: 0, minor: 0 })).toBe('file of an unknown kind');
  });
});

test.each([
  ['/dev/../dev//./null', '/dev/null'],
  ['/../../x', '/x'],
  ['/', '/'],
])('%s is %s', (path, clean) => {
  expect(cleanPath(path)).toBe(clean);
});

describe('a device that is made', () => {
  test('is made by the handle on /dev, and looked at', () => {
    const made = only(stepsOf(fuse));
    expect(shortCalls([made])).toEqual(['mknodat fuse', 'openat fuse', 'statx ', 'close']);
    expect(made.calls[0]?.args[0]).toBe(dev);
    expect(made.calls[0]?.args.slice(2)).toEqual([S_IFCHR | 0o666, 0xae5]);
    expect(made.pointer).toBe('/linux/devices/0');
  });

  test('elsewhere gets the directories that it lacks', () => {
    expect(shortCalls(stepsOf({ ...fuse, path: '/a/b/x', fileMode: 0o100640 }))).toEqual([
      ...['mkdirat a', 'openat2 /a', 'mkdirat b', 'close'],
      ...['openat2 /a/b', 'mknodat x', 'openat x', 'statx ', 'close', 'close'],
    ]);
  });

  test('is an error where something else is', () => {
    const { observe } = only(stepsOf(fuse));
    expect(() => observe?.(results(status(S_IFREG), -EEXIST))).toThrow(
      'cannot make the character device 10:229 "/dev/fuse": a regular file is there',
    );
    expect(() => observe?.(results(status(S_IFCHR, 10, 228)))).toThrow('a character device 10:228 is there');
    expect(observe?.(results(status(S_IFCHR, 10, 229), -EEXIST))).toBeUndefined();
  });

  test('changes its owner when it was looked at, unless it was there before', () => {
    const { check } = only(stepsOf({ ...fuse, uid: 5 }));
    const then = (mknod: number) =>
      shortCalls(check?.(results(status(S_IFCHR, 10, 229), mknod), {} as never) ?? []);
    expect(then(0)).toEqual(['fchownat ', 'close']);
    expect(then(-EEXIST)).toEqual(['close']);
    expect(() => check?.(results(status(S_IFREG)), {} as never)).toThrow('a regular file is there');
  });

  test('is bound where making it is refused, and only then', () => {
    const { calls, recover } = only(stepsOf(fuse));
    const bound = recover?.({ call: calls[0] as Call, errno: EPERM }) as readonly Step[];
    expect(shortCalls(bound)).toEqual(['openat /dev/fuse', 'statx ']);
    expect(recover?.({ call: calls[0] as Call, errno: EROFS })).toBeUndefined();
    expect(recover?.({ call: calls[1] as Call, errno: EPERM })).toBeUndefined();
  });

  test('is not the multiplexer, nor in a /dev that is the host’s', () => {
    expect(stepsOf({ ...fuse, path: '/dev/ptmx' })).toEqual([]);
    expect(stepsOf(fuse, { bound: true })).toEqual([]);
    expect(stepsOf({ ...fuse, path: '/x' }, { bound: true })).toHaveLength(1);
  });
});

describe('a device that is bound', () => {
  const steps = (device: Device, warnings: string[] = []) => stepsOf(device, { mayMknod: false, warnings });

  test('is the host’s, looked at before', () => {
    const { check } = only(steps(fuse));
    const bound = check?.(results(status(S_IFCHR | 0o666, 10, 229)), {} as never) ?? [];
    expect(shortCalls(bound)).toEqual([
      ...['mknodat fuse', 'openat fuse', 'open_tree ', 'move_mount  ', 'close', 'close', 'close'],
    ]);
  });

  test('is looked for by its number where another is at its path', () => {
    const { check } = only(steps(fuse));
    const next = check?.(results(status(S_IFCHR, 10, 1)), {} as never) as readonly CallStep[];
    expect(shortCalls(next)).toEqual(['openat /dev/char/10:229', 'statx ']);
    const { calls, recover } = next[0] as CallStep;
    expect(() => recover?.({ call: calls[0] as Call, errno: ENOENT })).toThrow(
      'cannot bind the host\'s "/dev/fuse" as the character device 10:229: it is a character device 10:1',
    );
  });

  test('says that it is not there', () => {
    const { calls, recover } = only(steps({ ...fuse, type: 'b' }));
    const next = recover?.({ call: calls[0] as Call, errno: ENOENT }) as readonly CallStep[];
    expect(shortCalls(next)[0]).toBe('openat /dev/block/10:229');
    const failure = { call: next[0]?.calls[0] as Call, errno: ENOENT };
    expect(() => next[0]?.recover?.(failure)).toThrow('as the block device 10:229: it is not there');
  });

  test.each([
    [{}, 0],
    [{ fileMode: 0o644 }, 0],
    [{ fileMode: 0o600 }, 1],
    [{ gid: 5 }, 1],
  ])('keeps its mode and owner, which is told where %o was asked for', (change, count) => {
    const warnings: string[] = [];
    only(steps({ ...fuse, ...change }, warnings)).check?.(
      results(status(S_IFCHR | 0o644, 10, 229)),
      {} as never,
    );
    expect(warnings).toHaveLength(count);
    if (count > 0) expect(warnings[0]).toContain('it keeps its owner and its mode 0644');
  });

  test('is not a FIFO: anybody may make one', () => {
    expect(shortCalls(steps({ path: '/dev/p', type: 'p' }))[0]).toBe('mknodat p');
  });
});

describe('the default devices', () => {
  const made = (devices: readonly Device[], mayMknod: boolean) =>
    shortCalls(deviceSteps({ root, mayMknod, log: logTo([]) }, dev, devices));

  test('are left to the configuration where it has them', () => {
    const zero: Device = { path: '//dev/./zero', type: 'c', major: 1, minor: 3 };
    for (const mayMknod of [true, false]) {
      const calls = made([zero], mayMknod);
      expect(calls.filter((text) => text === 'mknodat null')).toHaveLength(1);
      expect(calls.filter((text) => text === 'mknodat zero')).toHaveLength(mayMknod ? 1 : 0);
    }
  });

  test('of the host must be what they are called', () => {
    const steps = deviceSteps({ root, mayMknod: false, log: logTo([]) }, dev, []);
    const bind = steps.find(({ name }) => name === 'bind the default devices') as CallStep;
    expect(() => bind.observe?.(results(status(S_IFCHR, 1, 3)))).toThrow(
      '"/dev/zero" of the host is not the device 1:5',
    );
  });
});
