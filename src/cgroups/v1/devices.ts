/**
 * The devices controller of cgroup v1 (kernel: admin-guide/cgroup-v1/devices.rst): a policy as writes to
 * `devices.allow` and `devices.deny`. Version 2 has a BPF program in its place, which this version does not have.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Call } from '../../kernel/call.ts';
import { close, openat, write } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_WRONLY } from '../../kernel/constants/file.ts';
import type { Log } from '../../log/log.ts';
import type { DeviceRule } from '../../spec/types.ts';
import { type Manner, strictly } from '../attach.ts';
import { type DevicePolicy, deviceText, resolveDeviceRules } from '../device-rules.ts';
import type { CgroupDirectory } from '../paths.ts';

export interface DeviceWrite {
  readonly file: 'devices.allow' | 'devices.deny';
  readonly text: string;
}

/** @throws RuntimeError, see `resolveDeviceRules` */
export function deviceWrites(rules: readonly DeviceRule[]): readonly DeviceWrite[] {
  const { allow, exceptions } = resolveDeviceRules(rules);
  const [usual, unusual] = allow
    ? (['devices.allow', 'devices.deny'] as const)
    : (['devices.deny', 'devices.allow'] as const);
  // The first one forgets what the parent handed down.
  return [
    { file: usual, text: 'a *:* rwm' },
    ...exceptions.map((device) => ({ file: unusual, text: deviceText(device) })),
  ];
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

/**
 * What becomes of the rules where there is no devices controller of version 1. `runc spec` writes "deny all"
 * into every bundle, so that one is a warning.
 *
 * @throws RuntimeError `unsupported`
 */
export function checkDeviceRules(
  directories: readonly CgroupDirectory[],
  rules: readonly DeviceRule[] | undefined,
  log: Log,
): void {
  const controlled = directories.some(({ controllers }) => controllers.includes('devices'));
  if (controlled || !rules || rules.length === 0 || allowsAll(resolveDeviceRules(rules))) return;
  if (rules.length > 1 || !isDenyAll(rules[0])) {
    throw new RuntimeError('unsupported', 'device rules on cgroup v2 are not implemented by this version', {
      pointer: '/linux/resources/devices',
      hint: 'leave out linux.resources.devices, or use runc or crun for this bundle',
    });
  }
  log.warning('devices are not restricted: device rules on cgroup v2 are not implemented by this version', {
    pointer: '/linux/resources/devices',
    hint: 'the container may use what its capabilities and /dev let it use; a user namespace denies mknod',
  });
}

function allowsAll({ allow, exceptions }: DevicePolicy): boolean {
  return allow && exceptions.length === 0;
}

function isDenyAll(rule: DeviceRule | undefined): boolean {
  return rule?.allow === false && (rule.type ?? 'a') === 'a';
}
