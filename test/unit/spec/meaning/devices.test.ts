import { expect, test } from 'vitest';
import { load, messageFor, validConfig } from '../fixture.ts';

function messageOf(...devices: readonly object[]): Promise<string> {
  return messageFor(({ linux }) => Object.assign(linux, { devices }));
}

test('a device has an absolute path', async () => {
  expect(await messageOf({ path: 'dev/x', type: 'p' })).toBe(
    '/linux/devices/0/path: expected an absolute path, found the string "dev/x"; did you mean "/dev/x"?',
  );
  expect(await messageOf({ path: '//..', type: 'p' })).toContain('expected the path of a file');
});

test('a device has numbers, save for a FIFO', async () => {
  expect(await messageOf({ path: '/dev/x', type: 'b', major: 8 })).toBe(
    "/linux/devices/0: expected a minor number of the device, found none; see those of the host's node: " +
      "stat -c '%Hr %Lr' /dev/x",
  );
  const config = validConfig();
  const devices = [{ path: '/dev/x', type: 'p' }];
  expect(load(JSON.stringify({ ...config, linux: { ...config.linux, devices } })).linux?.devices).toEqual(
    devices,
  );
});

test('the numbers fit into what the kernel has for them', async () => {
  const text = await messageOf(
    { path: '/dev/x', type: 'c', major: -1, minor: 0xfffff },
    { path: '/dev/y', type: 'u', major: 0xfff, minor: 0x100000 },
  );
  expect(text).toContain('/linux/devices/0/major: expected a number from 0 to 4095, found the number -1');
  expect(text).toContain('/linux/devices/1/minor: expected a number from 0 to 1048575');
  expect(text).not.toContain('/linux/devices/0/minor');
});
