/** The client of D-Bus beside a real dbus-daemon: one of the user's own, on a socket in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BusMethod, openBus } from '../../src/dbus/bus.ts';
import { execute } from './execute.ts';
import { need } from './needs.ts';

const DAEMON = 'org.freedesktop.DBus';

function method(member: string, signature: string, returns: string): BusMethod {
  return {
    destination: DAEMON,
    path: '/org/freedesktop/DBus',
    interface: DAEMON,
    member,
    signature,
    returns,
  };
}

const getNameOwner = method('GetNameOwner', 's', 's');
const getCredentials = method('GetConnectionCredentials', 's', 'a{sv}');
const addMatch = method('AddMatch', 's', '');
const nameOwnerChanged = { sender: DAEMON, interface: DAEMON, member: 'NameOwnerChanged', signature: 'sss' };
const direct = false;

export function dbusTests(): void {
  describe('beside dbus-daemon', () => {
    let directory: string;
    let daemon: ChildProcess;
    let address: string;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'tsrun-dbus-'));
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    beforeEach(async (context) => {
      need(context, 'dbus');
      const socket = join(directory, 'a bus,of:mine');
      address = `unix:path=${socket.replaceAll(' ', '%20').replaceAll(',', '%2c').replaceAll(':', '%3a')}`;
      rmSync(socket, { force: true });
      daemon = await startDaemon(directory, address);
      return async () => {
        daemon.kill('SIGKILL');
        if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
      };
    });

    test('calls are answered with values and errors', () => {
      using bus = openBus(address, { direct });
      expect(bus.call(getNameOwner, [DAEMON])).toEqual({ values: [DAEMON] });
      expect(bus.call(getNameOwner, ['a.b'])).toEqual({
        failure: {
          name: 'org.freedesktop.DBus.Error.NameHasNoOwner',
          message: "Could not get owner of name 'a.b': no such name",
        },
      });
      const [credentials] = (bus.call(getCredentials, [DAEMON]) as { values: [[string, unknown][]] }).values;
      expect(credentials).toContainEqual(['ProcessID', { signature: 'u', value: daemon.pid }]);
    });

    test('signals arrive', () => {
      using bus = openBus(address, { direct });
      bus.post(addMatch, [`type='signal',sender='${DAEMON}',member='NameOwnerChanged'`]);
      bus.call(getNameOwner, [DAEMON]);
      using _ = openBus(address, { direct });
      expect(bus.waitForSignal(nameOwnerChanged, (values) => values)).toEqual([':1.1', '', ':1.1']);
    });

    test('much is sent, and refused in words', () => {
      using bus = openBus(address, { direct });
      const answer = bus.call(getNameOwner, [`a.${'b'.repeat(5_000_000)}`]);
      expect(answer).toHaveProperty('failure');
      expect(bus.call(getNameOwner, [DAEMON])).toHaveProperty('values');
    });

    test('the first address that can be reached is taken', () => {
      using bus = openBus(`unix:path=/nowhere/bus;${address},guid=0123`, { direct });
      expect(bus.call(getNameOwner, [DAEMON])).toHaveProperty('values');
    });

    test('a daemon that ends is an error', async () => {
      using bus = openBus(address, { direct });
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
      expect(() => bus.call(getNameOwner, [DAEMON])).toThrow(
        /EPIPE|ECONNRESET|the bus has closed the connection/,
      );
      expect(() => openBus(address, { direct })).toThrow('connect: ECONNREFUSED');
    });

    test('a user with another id in a user namespace is the same one to the daemon', async () => {
      const script = `
        const { openBus } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/dbus/bus.ts'))});
        using bus = openBus(${JSON.stringify(address)}, { direct: false });
        console.log(process.getuid(), JSON.stringify(bus.call(${JSON.stringify(getNameOwner)}, ['${DAEMON}'])));`;
      const node = [process.execPath, '--input-type=module', '--eval', script];
      const { stdout, stderr } = await execute('unshare', ['--user', '--map-user=1234', ...node]);
      expect([stderr, stdout]).toEqual(['', `1234 {"values":["${DAEMON}"]}\n`]);
    });
  });
}

async function startDaemon(directory: string, address: string): Promise<ChildProcess> {
  const file = join(directory, 'bus.conf');
  const escaped = address.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  writeFileSync(
    file,
    `<busconfig>
       <type>session</type><listen>${escaped}</listen><auth>EXTERNAL</auth>
       <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/></policy>
     </busconfig>`,
  );
  const options = ['--nofork', '--nopidfile', '--nosyslog', '--print-address'];
  const daemon = spawn('dbus-daemon', [`--config-file=${file}`, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(daemon.stdout as NodeJS.ReadableStream, 'data');
  return daemon;
}
