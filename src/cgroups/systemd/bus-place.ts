/** Where systemd is to be reached: sd_bus_open_system(3), sd_bus_open_user(3), systemd's own sockets. Pure. */
import { unixAddress } from '../../dbus/address.ts';
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { BusPlace, SystemdUnit } from './unit.ts';

export interface BusFacts {
  readonly manager: SystemdUnit['manager'];
  /** The caller's. */
  readonly environment: Readonly<Record<string, string>>;
  readonly exists: (path: string) => boolean;
}

const SYSTEM_BUS = '/run/dbus/system_bus_socket';
const SYSTEM_SOCKET = '/run/systemd/private';

/** @throws RuntimeError `cgroup` where there is none */
export function busPlace({ manager, environment, exists }: BusFacts): BusPlace {
  const isUser = manager === 'user';
  const address = environment[isUser ? 'DBUS_SESSION_BUS_ADDRESS' : 'DBUS_SYSTEM_BUS_ADDRESS'] ?? '';
  if (address !== '') return { address, direct: false };
  const folder = environment.XDG_RUNTIME_DIR ?? '';
  if (isUser && folder === '') throw noRuntimeDirectory();
  const bus = isUser ? `${folder}/bus` : SYSTEM_BUS;
  if (exists(bus)) return { address: unixAddress(bus), direct: false };
  // What systemctl(1) uses: without dbus-user-session, or before D-Bus is up, it is there.
  const own = isUser ? `${folder}/systemd/private` : SYSTEM_SOCKET;
  if (exists(own)) return { address: unixAddress(own), direct: true };
  throw isUser ? noSessionBus(folder) : noSystemBus();
}

const otherwise = 'or use --cgroup-manager cgroupfs';

function noSystemBus(): RuntimeError {
  return new RuntimeError('cgroup', `systemd is not running here: there is no ${SYSTEM_BUS}`, {
    hint: `leave out --systemd-cgroup where the machine is not booted with systemd, ${otherwise}`,
  });
}

function noRuntimeDirectory(): RuntimeError {
  return new RuntimeError(
    'cgroup',
    'the systemd of the user cannot be found: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set',
    {
      hint: `log in as the user, or have its systemd run without that and set the variable: loginctl enable-linger USER; export XDG_RUNTIME_DIR=/run/user/UID; ${otherwise}`,
    },
  );
}

function noSessionBus(folder: string): RuntimeError {
  return new RuntimeError('cgroup', `the systemd of the user is not running: there is no ${folder}/bus`, {
    hint: `have it run whether the user is logged in or not: loginctl enable-linger USER; ${otherwise}`,
  });
}
