/**
 * The devices controller of cgroup v1 (kernel: admin-guide/cgroup-v1/devices.rst): a policy as writes to
 * `devices.allow` and `devices.deny`.
 */
import type { Call } from '../../kernel/call.ts';
import { close, openat, write } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_WRONLY } from '../../kernel/constants/file.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { type Manner, strictly } from '../attach.ts';
import { devicePlace } from '../device-place.ts';
import { type DevicePolicy, deviceText, resolveDeviceRules } from '../device-rules.ts';
import type { CgroupDirectory } from '../paths.ts';

export interface DeviceWrite {
  readonly file: 'devices.allow' | 'devices.deny';
  readonly text: string;
}

/** @throws RuntimeError, see `resolveDeviceRules` */
export function deviceWrites(rules: readonly DeviceRule[]): readonly DeviceWrite[] {
  return policyWrites(resolveDeviceRules(rules));
}

/** From whatever there is to this. */
export function policyWrites({ allow, exceptions }: DevicePolicy): readonly DeviceWrite[] {
  const [usual, unusual] = allow
    ? (['devices.allow', 'devices.deny'] as const)
    : (['devices.deny', 'devices.allow'] as const);
  // The first one forgets what the parent handed down.
  return [
    { file: usual, text: 'a *:* rwm' },
    ...exceptions.map((device) => ({ file: unusual, text: deviceText(device) })),
  ];
}

/** Those for a new container; none where the rules are kept otherwise, see `devicePlace`. */
export function newDeviceWrites(
  directories: readonly CgroupDirectory[],
  rules: readonly DeviceRule[] | undefined,
): readonly DeviceWrite[] {
  return rules && devicePlace(directories)?.version === 1 ? deviceWrites(rules) : [];
}

/** In the one directory of a container's that the devices controller is in. */
export function writeDevicesIn(
  { path, controllers }: CgroupDirectory,
  writes: readonly DeviceWrite[],
  manner: Manner,
): Call[] {
  return controllers.includes('devices') ? writeDevices(path, writes, manner) : [];
}

/** The calls that do the writes in a cgroup's directory. */
export function writeDevices(
  path: string,
  writes: readonly DeviceWrite[],
  manner: Manner = strictly,
): Call[] {
  const files = [...new Set(writes.map(({ file }) => file))];
  return files.flatMap((file) => {
    // One open is enough: the position plays no part in these files.
    const rules = manner(openat(AT_FDCWD, `${path}/${file}`, O_WRONLY));
    const own = writes.filter((one) => one.file === file);
    return [rules, ...own.map(({ text }) => manner(write(rules, text))), manner(close(rules))];
  });
}
