/** Where a container's device rules are kept. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Log } from '../log/log.ts';
import type { DeviceRule } from '../spec/types.ts';
import type { CgroupDirectory } from './paths.ts';
import { allowsEverything } from './v2/decisive-rules.ts';

/** The devices controller of version 1 where it is mounted; else version 2, where a program takes its place. */
export function devicePlace(directories: readonly CgroupDirectory[]): CgroupDirectory | undefined {
  return (
    directories.find(({ controllers }) => controllers.includes('devices')) ??
    directories.find(({ version }) => version === 2)
  );
}

const POINTER = '/linux/resources/devices';

/**
 * What becomes of the rules where there is neither. `runc spec` writes "deny all" into every bundle, and it is the default that a
 * configuration without rules gets, so that one is a warning.
 *
 * @throws RuntimeError `cgroup`
 */
export function checkDevicePlace(
  directories: readonly CgroupDirectory[],
  rules: readonly DeviceRule[] | undefined,
  log: Log,
): void {
  if (!rules || devicePlace(directories) || allowsEverything(rules)) return;
  const what = 'neither the cgroup controller "devices" nor version 2 is mounted';
  if (rules.length > 1 || !rules.every(isDenyAll)) {
    throw new RuntimeError('cgroup', `device rules cannot be kept: ${what}`, {
      pointer: POINTER,
      hint: 'mount it: mkdir -p /sys/fs/cgroup/devices && mount -t cgroup -o devices none /sys/fs/cgroup/devices; or leave the rules out',
    });
  }
  log.warning(`devices are not restricted: ${what}`, {
    pointer: POINTER,
    hint: 'the container may use what its capabilities and /dev let it use; a user namespace denies mknod',
  });
}

function isDenyAll({ allow, type = 'a' }: DeviceRule): boolean {
  return !allow && type === 'a';
}
