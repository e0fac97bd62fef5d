/**
 * The manager `systemd`: the container's cgroup is that of a transient scope, which systemd makes, and which ends with
 * `delete`. On version 1 the other hierarchies are joined as without systemd.
 *
 */
import { callerEnvironment } from '../../host/caller.ts';
import { existsSync } from '../../kernel/file-system.ts';
import type { Config } from '../../spec/types.ts';
import type { Join, JoinRequest } from '../join.ts';
import { busPlace } from './bus-place.ts';
import { joinScope } from './join.ts';
import { SystemdBus } from './systemd-bus.ts';
import type { SystemdUnit } from './unit.ts';
import { slicePath, unitName } from './unit-name.ts';

export interface ManagerRequest {
  readonly id: string;
  readonly config: Pick<Config, 'annotations' | 'linux'>;
  readonly rootless: 'true' | 'false' | 'auto';
  readonly identity: { readonly euid: number; readonly isRootless: boolean };
}

/** The container's unit, before it is there. */
export interface SystemdManager {
  readonly unit: SystemdUnit;
  /** Of its cgroup, from the root of the hierarchies. */
  readonly path: string;
  join(request: JoinRequest): Join;
}

/** Looks, and asks systemd; changes nothing. @throws RuntimeError `config`, `cgroup`, `system` */
export function systemdManager({ id, config, rootless, identity }: ManagerRequest): SystemdManager {
  const environment = callerEnvironment();
  const manager = whichManager(rootless, identity, environment);
  const { cgroupsPath = '' } = config.linux ?? {};
  const { name, slice } = unitName(cgroupsPath, id, manager === 'user' ? 'user.slice' : 'system.slice');
  const place = busPlace({ manager, environment, exists: existsSync });
  const bus = new SystemdBus(place);
  const version = bus.version();
  bus.refuseActive(name);
  const unit: SystemdUnit = { name, manager, bus: place };
  const path = `${bus.controlGroup()}${slicePath(slice)}/${name}`;
  const scope = { id, slice, manager, version, annotations: config.annotations };
  return { unit, path, join: (request) => joinScope({ unit, path, bus, scope }, request) };
}

/**
 * Root of a user namespace has its user's systemd, whose user id D-Bus sees; unless it is root of a container with a
 * systemd of its own.
 */
export function whichManager(
  rootless: ManagerRequest['rootless'],
  { euid, isRootless }: ManagerRequest['identity'],
  { DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' }: Readonly<Record<string, string>>,
): SystemdUnit['manager'] {
  if (rootless !== 'auto') return rootless === 'true' ? 'user' : 'system';
  if (!isRootless) return 'system';
  const folder = XDG_RUNTIME_DIR === '/run/user/0' ? '' : XDG_RUNTIME_DIR;
  return euid !== 0 || DBUS_SESSION_BUS_ADDRESS !== '' || folder !== '' ? 'user' : 'system';
}
