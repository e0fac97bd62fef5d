import { describe, expect, test } from 'vitest';
import { checkDevicePlace, devicePlace } from '../../../src/cgroups/device-place.ts';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import { RuntimeError } from '../../../src/errors/runtime-error.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import type { DeviceRule } from '../../../src/spec/types.ts';
import { hybrid, unified } from './hosts.ts';

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const fuse: DeviceRule = { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' };

function directoriesOn(host: HostCgroups) {
  return containerCgroups(host, { id: 'web' }).directories;
}

const withoutController = hybrid.filter(({ controllers }) => !controllers.includes('devices'));
const old = withoutController.filter(({ version }) => version === 1);

describe('device rules are kept', () => {
  test('by version 1 where it has the controller, by version 2 otherwise', () => {
    expect(devicePlace(directoriesOn(hybrid))?.controllers).toContain('devices');
    expect(devicePlace(directoriesOn(unified))?.version).toBe(2);
    expect(devicePlace(directoriesOn(withoutController))?.version).toBe(2);
    expect(devicePlace(directoriesOn(old))).toBeUndefined();
  });
});

describe('where nothing keeps them', () => {
  function check(rules: DeviceRule[] | undefined, host: HostCgroups = old): string[] {
    const warnings: string[] = [];
    const log = { debug() {}, warning: (message: string) => void warnings.push(message) };
    checkDevicePlace(directoriesOn(host), rules, log);
    return warnings;
  }

  test('"deny all" alone is a warning, and so is a list without rules, which comes to the same', () => {
    expect(check([denyAll])).toHaveLength(1);
    expect(check([])).toHaveLength(1);
  });

  test('other rules are an error', () => {
    expect(() => check([denyAll, fuse])).toThrow(RuntimeError);
    expect(() => check([{ ...fuse, allow: false }])).toThrow(RuntimeError);
  });

  test('nothing is said about "allow all", and about an ordinary user who has no rules; nor where they are kept', () => {
    expect(check(undefined)).toEqual([]);
    expect(check([{ allow: true, access: 'rwm' }])).toEqual([]);
    expect(check([denyAll, fuse], unified)).toEqual([]);
  });
});
