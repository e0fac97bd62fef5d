import { describe, expect, test } from 'vitest';
import { netDeviceSteps } from '../../../src/namespaces/net-devices.ts';
import type { Namespace } from '../../../src/spec/types.ts';
import { messageFor } from '../spec/fixture.ts';
import { ordinary, root } from './fixture.ts';

const namespaces: readonly Namespace[] = [{ type: 'network' }];
const context = { namespaces, identity: root, isOwnNamespace: () => false };

describe('network devices', () => {
  test('are looked at before the first is moved', () => {
    const steps = netDeviceSteps({ eth0: { name: 'net0' }, eth1: {} }, context);
    expect(steps.map(({ name, pointer }) => [name, pointer])).toEqual([
      ['look at the interfaces', '/linux/netDevices'],
      ['move the interface "eth0" as "net0"', '/linux/netDevices/eth0'],
      ['move the interface "eth1"', '/linux/netDevices/eth1'],
    ]);
    expect(netDeviceSteps(undefined, context)).toEqual([]);
    expect(netDeviceSteps({}, { ...context, identity: ordinary })).toEqual([]);
  });

  test('are not an ordinary user’s to move', () => {
    expect(() => netDeviceSteps({ eth0: {} }, { ...context, identity: ordinary })).toThrow(
      'network devices are not supported for rootless containers',
    );
  });

  test('do not go where they are', () => {
    const joined: readonly Namespace[] = [{ type: 'network', path: '/run/netns/x' }];
    expect(netDeviceSteps({ eth0: {} }, { ...context, namespaces: joined })).toHaveLength(2);
    const own = { ...context, namespaces: joined, isOwnNamespace: () => true };
    expect(() => netDeviceSteps({ eth0: {} }, own)).toThrow('cannot be moved into "/run/netns/x"');
  });
});

describe('the configuration of network devices', () => {
  const message = (
    netDevices: object,
    change: (linux: { namespaces: { type?: unknown }[] }) => void = () => {},
  ) =>
    messageFor(({ linux }) => {
      Object.assign(linux, { netDevices });
      change(linux);
    });

  test('needs a network namespace', async () => {
    const text = await message({ eth0: {} }, (linux) => {
      linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'network');
    });
    expect(text).toContain(
      'expected no network devices without a network namespace, found some; add {"type"',
    );
  });

  test.each(['', '.', '..', 'a b', 'a/b', 'eth0:1', 'sixteen-letters!'])(
    'has no interface %j',
    async (name) => {
      expect(await message({ [name]: {} })).toContain('expected the name of an interface');
      if (name !== '')
        expect(await message({ eth0: { name } })).toContain('/linux/netDevices/eth0/name: expected');
    },
  );

  test('gives each a name of its own, or a template', async () => {
    expect(await message({ a: { name: 'x' }, x: {} })).toContain('found "x", which "a" has too');
    await expect(message({ a: { name: 'x%d' }, b: { name: 'x%d' } })).rejects.toThrow('was accepted');
  });
});
