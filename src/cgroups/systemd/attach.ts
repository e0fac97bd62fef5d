/**
 * `exec` where the caller may not move processes into the container's cgroup: an ordinary user whose own cgroup is the
 * machine's systemd's, as in a login. The user's systemd asks that one, which may.
 */
import { action, type Step } from '../../init/step.ts';
import { SystemdBus } from './systemd-bus.ts';
import type { SystemdUnit } from './unit.ts';

/**
 * @param tops the directories of the unit's cgroup
 * @returns for a directory, that one or one below it, the step that puts the stub there
 */
export function attachBySystemd(
  { name, bus: place }: SystemdUnit,
  tops: readonly string[],
): (path: string) => Step {
  return (path) => {
    const top = tops.find((one) => path.startsWith(`${one}/`)) ?? path;
    const sub = path.slice(top.length).replace(/\/$/, '') || '/';
    const does = [`AttachProcessesToUnit("${name}", "${sub}", [STUB])`];
    return action(`have systemd put the process into "${name}"`, '', does, ({ stubPid }) => {
      using bus = new SystemdBus(place);
      bus.attach(name, sub, [stubPid]);
    });
  };
}
