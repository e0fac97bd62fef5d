/** What an ordinary user, or who looks after the machine, does about cgroups that are not the user's. */
import { identity } from '../host/identity.ts';

/** In the words of runc, and then what helps. */
export const noPermission =
  'rootless needs no limits + no cgrouppath when no permission is granted for cgroups: start it in a scope of your ' +
  'own, "systemd-run --user --scope -p Delegate=yes tsrun …", or with --systemd-cgroup; or leave both out';

/** What to do about a container that was created without a cgroup, or without one of a controller. */
export function withoutCgroup(): string {
  if (identity().isRootless)
    return 'have a cgroup delegated to the user (systemd: Delegate=yes), and create the container again';
  return 'see that cgroups are mounted, and create the container again, without --cgroup-manager disabled';
}

/** Those that systemd can delegate: systemd.resource-control(5), `Delegate=`. */
const systemdControllers = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/**
 * systemd delegates some of the controllers to a user's manager, user@.service(5).
 *
 * @param wanted those that limits need @param delegated those that the user has
 */
export function delegateHint(wanted: readonly string[], delegated: readonly string[]): string {
  const beyond = wanted.filter((name) => !systemdControllers.includes(name));
  if (beyond.length > 0) {
    return `systemd delegates ${systemdControllers.join(', ')}, and not ${beyond.join(', ')}: run tsrun as root, or leave these limits out`;
  }
  const names = systemdControllers.filter((name) => wanted.includes(name) || delegated.includes(name));
  return (
    `as root, write "[Service]" and "Delegate=${names.join(' ')}" into ` +
    '/etc/systemd/system/user@.service.d/delegate.conf, run "systemctl daemon-reload", and let the user log in anew'
  );
}
