/** From the global options to what the container layer needs to know. */
import type { Runtime } from '../container/runtime.ts';
import type { Log } from '../log/log.ts';
import type { GlobalValues } from './globals.ts';
import { stateRoot } from './root.ts';

/** @throws RuntimeError `usage` for an impossible `--root` */
export function runtimeFrom(options: GlobalValues, log: Log): Runtime {
  if (options.criu !== undefined) log.debug('--criu is ignored', { criu: options.criu });
  const manager = options['cgroup-manager'] ?? (options['systemd-cgroup'] === true ? 'systemd' : 'cgroupfs');
  return {
    root: stateRoot(options.root),
    rootIsDefault: options.root === undefined,
    log,
    // podman gives both `--systemd-cgroup` and, later, `--cgroup-manager disabled`: the manager wins.
    systemdCgroup: manager === 'systemd',
    rootless: options.rootless,
    cgroupManager: manager,
  };
}
