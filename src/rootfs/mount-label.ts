/** `linux.mountLabel`: the SELinux context of what the container mounts, mount(8) "context". */
import { existsSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';

/** They have labels of their own, which SELinux does not let a mount replace. */
const UNLABELLED = new Set(['proc', 'sysfs', 'mqueue', 'cgroup', 'cgroup2']);

/** @param isEnforced whether SELinux is there at all */
export function effectiveLabel(
  label: string | undefined,
  log: Log,
  isEnforced = () => existsSync('/sys/fs/selinux/enforce'),
): string | undefined {
  if (!label) return undefined;
  if (isEnforced()) return label;
  log.warning(`the mounts are not labelled "${label}": SELinux is not enabled on this machine`, {
    hint: 'remove linux.mountLabel, or boot with selinux=1',
  });
  return undefined;
}

/** The options of a new filesystem, with its label. */
export function labelled(
  type: string,
  data: readonly string[],
  label: string | undefined,
): readonly string[] {
  return label === undefined || UNLABELLED.has(type) ? data : [...data, `context=${label}`];
}
