import { describe, expect, test } from 'vitest';
import { deviceWrites } from '../../../../src/cgroups/v1/devices.ts';
import { RuntimeError } from '../../../../src/errors/runtime-error.ts';
import type { DeviceRule } from '../../../../src/spec/types.ts';

const denyAll: DeviceRule = { allow: false, access: 'rwm' };
const fuse = { type: 'c', major: 10, minor: 229 } as const;

/** What runc 1.1.5 was seen to write for "deny all". */
const usual = [
  'devices.deny a *:* rwm',
  'devices.allow b *:* m',
  'devices.allow c *:* m',
  'devices.allow c 1:3 rwm',
  'devices.allow c 1:5 rwm',
  'devices.allow c 1:7 rwm',
  'devices.allow c 1:8 rwm',
  'devices.allow c 1:9 rwm',
  'devices.allow c 5:0 rwm',
  'devices.allow c 5:2 rwm',
  'devices.allow c 10:200 rwm',
  'devices.allow c 136:* rwm',
];

function written(...rules: DeviceRule[]): string[] {
  return deviceWrites(rules).map(({ file, text }) => `${file} ${text}`);
}

describe('the writes are those of runc', () => {
  test('deny all', () => {
    expect(written(denyAll)).toEqual(usual);
    expect(written()).toEqual(usual);
  });

  test('more devices', () => {
    const rules: DeviceRule[] = [
      denyAll,
      { allow: true, ...fuse, access: 'rwm' },
      { allow: true, type: 'b', major: 254, access: 'r' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'r' },
    ];
    expect(written(...rules)).toEqual([
      ...usual.slice(0, 11),
      'devices.allow c 10:229 rwm',
      'devices.allow c 136:* rwm',
      'devices.allow b 254:* r',
    ]);
  });

  test('a part of what was allowed is denied; what every container may have, is not', () => {
    const deny: DeviceRule[] = [
      { allow: false, ...fuse, access: 'w' },
      { allow: false, type: 'c', major: 1, minor: 5, access: 'rwm' },
    ];
    const result = written(denyAll, { allow: true, ...fuse, access: 'rwm' }, ...deny);
    expect(result).toContain('devices.allow c 10:229 rm');
    expect(result).toContain('devices.allow c 1:5 rwm');
  });

  test('allow all', () => {
    expect(written({ allow: true, access: 'rwm' })).toEqual(['devices.allow a *:* rwm']);
  });

  test('allow all but one', () => {
    expect(
      written({ allow: true, type: 'a', access: 'rwm' }, { allow: false, ...fuse, access: 'rwm' }),
    ).toEqual(['devices.allow a *:* rwm', 'devices.deny c 10:229 rwm']);
  });
});

test('a hole in a wildcard is refused, because the kernel would ignore it', () => {
  const wildcard: DeviceRule = { allow: true, type: 'c', major: 10, access: 'rw' };
  expect(() => written(denyAll, wildcard, { allow: false, ...fuse, access: 'r' })).toThrow(
    'takes a part out of',
  );
  expect(() => written(denyAll, wildcard, { allow: false, ...fuse, access: 'm' })).not.toThrow();
});

test('a rule has to name an access', () => {
  expect(() => written({ allow: false })).toThrow(RuntimeError);
});
