/** `linux.mountLabel`: the SELinux context of what the container mounts, mount(8) "context". */

import { encodeUtf8 } from '../kernel/bytes.ts';
import type { Call } from '../kernel/call.ts';
import { close, fsetxattr, openat } from '../kernel/calls/file.ts';
import { O_DIRECTORY, O_RDONLY } from '../kernel/constants/file.ts';
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

/** The queues take no option: their directory is labelled when it is there. @param tree the detached mount */
export function labelCalls(type: string, tree: Call, label: string | undefined): readonly Call[] {
  if (label === undefined || type !== 'mqueue') return [];
  const directory = openat(tree, '.', O_RDONLY | O_DIRECTORY);
  const value = encodeUtf8(`${label}\0`);
  return [directory, fsetxattr(directory, 'security.selinux', value), close(directory)];
}
