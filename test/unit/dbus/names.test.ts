import { describe, expect, test } from 'vitest';
import { escapeLabel, isBusName, isInterface, isMember, isObjectPath } from '../../../src/dbus/names.ts';

const long = 'a'.repeat(256);

describe('names', () => {
  test.each<[string, (name: string) => boolean, string[], string[]]>([
    [
      'object paths',
      isObjectPath,
      ['/', '/a', '/org/freedesktop/systemd1/unit/a_2escope', '/_', `/${long}`],
      ['', 'a', '//', '/a/', '/a//b', '/a.b', '/ü', '/a\n', '/-', '/a\0'],
    ],
    ['members', isMember, ['Hello', '_a1', 'a'.repeat(255)], ['', '1a', 'a.b', 'a-b', 'ä', 'a\n', long]],
    [
      'interfaces',
      isInterface,
      ['a.b', 'org.freedesktop.systemd1.Manager', '_._'],
      ['', 'a', '.a.b', 'a..b', 'a.b.', 'a.1b', 'a-b.c', `a.${long}`],
    ],
    [
      'names of connections',
      isBusName,
      [':1.42', ':a-b.0', 'org.freedesktop.DBus', 'a-b.c_d', '-.-'],
      ['', ':', ':1', ':1.', 'a', '1.2', 'a.1', 'a..b', ':1..2', `a.${long}`, 'ü.b'],
    ],
  ])('%s', (_, isValid, valid, invalid) => {
    expect(valid.filter((name) => !isValid(name))).toEqual([]);
    expect(invalid.filter(isValid)).toEqual([]);
  });

  test('labels are escaped as sd_bus_path_encode does it', () => {
    expect(escapeLabel('tsrun-web.scope')).toBe('tsrun_2dweb_2escope');
    expect(escapeLabel('1a')).toBe('_31a');
    expect(escapeLabel('ü')).toBe('_c3_bc');
    expect(escapeLabel('')).toBe('_');
  });
});
