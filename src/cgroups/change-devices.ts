/** Other device rules for a container that is there, by `update`. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { errnoName } from '../kernel/errno.ts';
import type { DeviceRule } from '../spec/types.ts';
import { devicePlace } from './device-place.ts';
import { refusalErrnos } from './join-error.ts';
import type { CgroupDirectory } from './paths.ts';
import { changeDeviceLists } from './v1/change-devices.ts';
import { changeDeviceProgram } from './v2/change-devices.ts';
import { decisiveRules } from './v2/decisive-rules.ts';

/** Done, and may be taken back until it is disposed of. */
export interface DeviceChange extends Disposable {
  /** @throws RuntimeError `cgroup` */
  undo(): void;
}

export interface DeviceChangeRequest {
  /** What the container has; undefined where it has none of its own. */
  readonly before: readonly DeviceRule[] | undefined;
  readonly asked: readonly DeviceRule[];
  readonly directories: readonly CgroupDirectory[];
  /** The rules are left out where only the machine's root may set them, as they were when the container was made. */
  readonly rootless: boolean;
  /** Throws for a cgroup that the container's processes are not in. */
  readonly check: (path: string) => void;
}

const nothingDone: DeviceChange = { undo() {}, [Symbol.dispose]() {} };

/**
 * Rules that come to what the container has are not touched: engines give all that they know of it with every update,
 * and others may have opened more devices meanwhile.
 *
 * @throws RuntimeError `cgroup`, `config`, `unsupported`; nothing has changed then
 */
export function changeDevices({
  before,
  asked,
  directories,
  rootless,
  check,
}: DeviceChangeRequest): DeviceChange {
  if (before && isSame(before, asked)) return nothingDone;
  const place = devicePlace(directories);
  if (!place) {
    throw new RuntimeError('cgroup', 'cannot restrict devices: the container has no cgroup for it', {
      pointer: '/linux/resources/devices',
      hint: 'it takes the cgroup controller "devices", or version 2, when the container is made',
    });
  }
  check(place.path);
  try {
    return place.version === 1
      ? changeDeviceLists({ path: place.path, directories }, before, asked)
      : changeDeviceProgram(place.path, asked);
  } catch (error) {
    if (rootless && isRefusalOf(error)) return nothingDone;
    throw error;
  }
}

function isRefusalOf(error: unknown): boolean {
  return error instanceof RuntimeError && refusals.has(error.details.errno ?? '');
}

const refusals: ReadonlySet<string> = new Set(refusalErrnos.map(errnoName));

function isSame(one: readonly DeviceRule[], other: readonly DeviceRule[]): boolean {
  return JSON.stringify(decisiveRules(one)) === JSON.stringify(decisiveRules(other));
}
