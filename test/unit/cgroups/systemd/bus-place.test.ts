import { describe, expect, test } from 'vitest';
import { busPlace } from '../../../../src/cgroups/systemd/bus-place.ts';
import { whichManager } from '../../../../src/cgroups/systemd/manager.ts';

const place = (manager: 'system' | 'user', environment: Record<string, string>, ...there: string[]) =>
  busPlace({ manager, environment, exists: (path) => there.includes(path) });

describe('where systemd is', () => {
  test('the variable of D-Bus says it first', () => {
    expect(
      place('user', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', XDG_RUNTIME_DIR: '/r' }, '/r/bus'),
    ).toEqual({
      address: 'unix:path=/a',
      direct: false,
    });
  });

  test('the bus, or systemd’s own socket', () => {
    const own = { XDG_RUNTIME_DIR: '/run/user/7 a' };
    expect(place('user', own, '/run/user/7 a/bus', '/run/user/7 a/systemd/private')).toEqual({
      address: 'unix:path=/run/user/7%20a/bus',
      direct: false,
    });
    expect(place('user', own, '/run/user/7 a/systemd/private').direct).toBe(true);
    expect(place('system', own, '/run/dbus/system_bus_socket').direct).toBe(false);
    expect(place('system', own, '/run/systemd/private').direct).toBe(true);
  });

  test('or it is said what is missing', () => {
    expect(() => place('system', {})).toThrow('systemd is not running here');
    expect(() => place('user', {})).toThrow('XDG_RUNTIME_DIR');
    expect(() => place('user', { XDG_RUNTIME_DIR: '/r' })).toThrow('/r/bus');
  });
});

describe('whose systemd', () => {
  const root = { euid: 0, isRootless: false };
  const user = { euid: 1000, isRootless: true };
  const namespaced = { euid: 0, isRootless: true };

  test('root has the machine’s, everybody else their own', () => {
    expect(whichManager('auto', root, { XDG_RUNTIME_DIR: '/run/user/0' })).toBe('system');
    expect(whichManager('auto', user, {})).toBe('user');
    expect(whichManager('true', root, {})).toBe('user');
    expect(whichManager('false', user, {})).toBe('system');
  });

  test('root of a user namespace has its user’s, unless it is root of a container with a systemd', () => {
    expect(whichManager('auto', namespaced, { XDG_RUNTIME_DIR: '/run/user/1000' })).toBe('user');
    expect(whichManager('auto', namespaced, { XDG_RUNTIME_DIR: '/run/user/0' })).toBe('system');
    expect(whichManager('auto', namespaced, {})).toBe('system');
  });
});
