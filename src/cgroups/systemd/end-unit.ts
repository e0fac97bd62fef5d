/** The end of a container's unit. */
import type { Log } from '../../log/log.ts';
import { SystemdBus } from './systemd-bus.ts';
import type { SystemdUnit } from './unit.ts';

/**
 * Has systemd stop the unit. Where that cannot be had, it ends by itself with its last process, most of the time.
 */
export function endUnit({ name, bus: place }: SystemdUnit, log: Log): void {
  try {
    using bus = new SystemdBus(place);
    bus.stop(name);
  } catch (error) {
    log.warning(`cannot stop the unit "${name}": ${error instanceof Error ? error.message : error}`, {
      hint: `systemctl stop ${name}`,
    });
  }
}
