/**
 * Other device rules for a container that is there, on version 1. The kernel takes them one by one: in an order in
 * which no moment allows more than the rules before and after do together. Where that cannot be, the container's
 * processes stand still meanwhile.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import { overwriteSync } from '../../kernel/file-system.ts';
import type { DeviceRule } from '../../spec/types.ts';
import type { DeviceChange } from '../change-devices.ts';
import { type DevicePolicy, resolveDeviceRules } from '../device-rules.ts';
import { readOrEmpty } from '../file-text.ts';
import { freezer, freezerFile } from '../freezer.ts';
import { noFreezer } from '../freezer-error.ts';
import type { CgroupDirectory } from '../paths.ts';
import { deviceTransition, policyInForce } from './device-transition.ts';
import type { DeviceWrite } from './devices.ts';

export interface DeviceLists {
  /** Of the devices controller. */
  readonly path: string;
  /** All of the container's: the freezer is another one. */
  readonly directories: readonly CgroupDirectory[];
}

/**
 * @param before what the container was given
 * @throws RuntimeError `cgroup`, and as `resolveDeviceRules`; nothing has changed then
 */
export function changeDeviceLists(
  lists: DeviceLists,
  before: readonly DeviceRule[] | undefined,
  asked: readonly DeviceRule[],
): DeviceChange {
  const from = policyInForce(readOrEmpty(`${lists.path}/devices.list`), before);
  const to = resolveDeviceRules(asked);
  go(lists, from, to);
  return { undo: () => go(lists, to, from), [Symbol.dispose]() {} };
}

function go({ path, directories }: DeviceLists, from: DevicePolicy, to: DevicePolicy): void {
  const { writes, needsStillness } = deviceTransition(from, to);
  const steps = () => {
    try {
      for (const write of writes) writeLine(path, write);
    } catch (error) {
      takeBack(path, deviceTransition(to, from).writes);
      throw error;
    }
  };
  if (needsStillness) standingStill(directories, steps);
  else steps();
}

/** Paused already, it stays so. */
function standingStill(directories: readonly CgroupDirectory[], steps: () => void): void {
  const file = freezerFile(directories);
  if (file === undefined) throw noFreezer();
  const container = freezer(file);
  if (container.isFrozen()) {
    steps();
    return;
  }
  container.freeze();
  try {
    steps();
  } finally {
    container.thaw();
  }
}

function writeLine(path: string, { file, text }: DeviceWrite): void {
  try {
    overwriteSync(`${path}/${file}`, text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const hint = hints.get(code);
    throw new RuntimeError(
      'cgroup',
      `cannot write "${text}" to "${path}/${file}": ${cause instanceof Error ? cause.message : cause}`,
      { pointer: '/linux/resources/devices', cause, errno: code, ...(hint ? { hint } : {}) },
    );
  }
}

const hints: ReadonlyMap<string, string> = new Map([
  [
    'EINVAL',
    'the kernel lets a cgroup with others below it not go from allowing all to denying all, or back',
  ],
  ['EPERM', 'a cgroup may allow what the one above it allows; only the root of the machine may change it'],
]);

function takeBack(path: string, writes: readonly DeviceWrite[]): void {
  for (const { file, text } of writes) {
    try {
      overwriteSync(`${path}/${file}`, text);
    } catch {
      // The kernel has not let us go further, or back: the error before says why.
    }
  }
}
