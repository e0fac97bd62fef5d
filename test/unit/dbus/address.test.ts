import { describe, expect, test } from 'vitest';
import { socketsOf, unixAddress } from '../../../src/dbus/address.ts';

describe('addresses', () => {
  test.each([
    ['unix:path=/run/dbus/system_bus_socket', ['/run/dbus/system_bus_socket']],
    ['unix:path=/a,guid=0123456789abcdef0123456789abcdef', ['/a']],
    ['unix:guid=0123,path=/a', ['/a']],
    ['unix:abstract=/tmp/dbus-x,guid=1', ['\0/tmp/dbus-x']],
    ['unix:path=/run/user/7%20a/b%c3%BCs', ['/run/user/7 a/büs']],
    ['unix:path=/a%2cb%3bc%25', ['/a,b;c%']],
    ['unix:path=/a;unix:abstract=b', ['/a', '\0b']],
    ['tcp:host=localhost,port=1;unix:path=/a;', ['/a']],
    ['unix:path=/ü', ['/ü']],
  ])('%s', (address, sockets) => {
    expect(socketsOf(address)).toEqual(sockets);
  });

  test.each([
    '',
    ';',
    'tcp:host=localhost,port=1',
    'unixexec:path=ssh',
    'unix:',
    'unix:runtime=yes',
    'autolaunch:',
  ])('without a Unix socket: "%s"', (address) => {
    expect(() => socketsOf(address)).toThrow('no address that tsrun can connect to: expected unix:path=…');
  });

  test.each([
    ...[
      '/run/bus',
      'unix:path',
      'unix:=/a',
      'unix:path=',
      'unix:path=/a%',
      'unix:path=/a%2',
      'unix:path=/a%zz',
    ],
    ...['unix:path=/a%ff', 'unix:path=/a%00b', 'unix:path=/a,abstract=b', 'unix:path=/a;bus'],
  ])('that are not well-formed: "%s"', (address) => {
    expect(() => socketsOf(address)).toThrow(/^".*" is not an address of D-Bus/);
  });

  test('of a path can be read again', () => {
    const path = '/run/user/7 a/ü,;=%:*\\-_.bus';
    expect(unixAddress('/run/user/7 a/bus')).toBe('unix:path=/run/user/7%20a/bus');
    expect(socketsOf(unixAddress(path))).toEqual([path]);
  });
});
