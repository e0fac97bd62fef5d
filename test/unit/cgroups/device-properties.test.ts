import { expect, test } from 'vitest';
import { deviceProperties } from '../../../src/cgroups/device-properties.ts';
import type { DeviceRule } from '../../../src/spec/types.ts';

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const allowAll: DeviceRule = { allow: true, access: 'rwm' };

const usual = [
  ['char-136', 'rwm'],
  ['/dev/char/10:200', 'rwm'],
  ['/dev/char/5:2', 'rwm'],
  ['/dev/char/5:0', 'rwm'],
  ['/dev/char/1:9', 'rwm'],
  ['/dev/char/1:8', 'rwm'],
  ['/dev/char/1:7', 'rwm'],
  ['/dev/char/1:5', 'rwm'],
  ['/dev/char/1:3', 'rwm'],
  ['block-*', 'm'],
  ['char-*', 'm'],
];

test('properties of a systemd unit: what every container may use', () => {
  expect(deviceProperties([denyAll])).toEqual({ policy: 'strict', allow: usual });
});

test('properties of a systemd unit: what the rules grant', () => {
  const rules: DeviceRule[] = [
    denyAll,
    { allow: true, type: 'b', major: 7, access: 'rw' },
    { allow: true, type: 'c', minor: 229, access: 'r' },
    { allow: true, type: 'a', access: 'w' },
  ];
  expect(deviceProperties(rules).allow.slice(usual.length)).toEqual([
    ['block-*', 'w'],
    ['char-*', 'w'],
    ['char-*', 'r'],
    ['block-7', 'rw'],
  ]);
});

test('properties of a systemd unit: everything, and a part of it denied, which is not its business', () => {
  expect(deviceProperties([denyAll, allowAll])).toEqual({ policy: 'auto', allow: [] });
  const hole: DeviceRule = { allow: false, type: 'c', major: 1, minor: 11, access: 'rwm' };
  expect(deviceProperties([allowAll, hole])).toEqual({ policy: 'auto', allow: [] });
});
