/** What an ordinary user, or who looks after the machine, does about cgroups that are not the user's. */

/** In the words of runc, and then what helps. */
export const noPermission =
  'rootless needs no limits + no cgrouppath when no permission is granted for cgroups: start it in a scope of your ' +
  'own, "systemd-run --user --scope -p Delegate=yes tsrun …", or with --systemd-cgroup; or leave both out';

/** systemd delegates some of the controllers to a user's manager: user@.service(5), systemd.resource-control(5). */
export function delegateHint(controllers: readonly string[]): string {
  const names = [...new Set(controllers)].sort().join(' ');
  return (
    'as root, write "[Service]" and "Delegate=' +
    `${names}" into /etc/systemd/system/user@.service.d/delegate.conf, run "systemctl daemon-reload", and let the ` +
    'user log in anew'
  );
}
