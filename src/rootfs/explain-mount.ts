/** Why an entry of `mounts` was refused, and what to do about it. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call } from '../kernel/call.ts';
import { describeErrno, EINVAL, ELOOP, ENOENT, ENOTDIR, EPERM, errnoName } from '../kernel/errno.ts';
import type { Mount } from '../spec/types.ts';
import type { MountRequest } from './mount-options.ts';

/** Filesystems whose content the runtime itself trusts: never mounted on a symlink (CVE-2019-19921). */
export const TRUSTED_TYPES = new Set(['proc', 'sysfs']);

/** The option that the filesystem refused. */
export function explainOption(
  { destination, type, options = [] }: Mount,
  { data }: MountRequest,
  errno: number,
  failed: Call,
  pointer: string,
): RuntimeError | undefined {
  if (failed.name !== 'fsconfig' || errno !== EINVAL) return undefined;
  const [, , key, value] = failed.args;
  const option = data.find((one) => one === key || one === `${key}=${value}`);
  if (option === undefined) return undefined;
  return new RuntimeError(
    'config',
    `cannot mount "${type}" at "${destination}": it does not take the option "${option}"`,
    {
      pointer: `${pointer}/options/${options.indexOf(option)}`,
      call: failed.name,
      errno: errnoName(errno),
      hint: `"${type}" does not know it, or not this value: leave it out, or see mount(8)`,
    },
  );
}

export function explainFilesystem(
  type: string,
  destination: string,
  errno: number,
  call: Call,
  pointer: string,
) {
  const because = `${call.name}: ${describeErrno(errno)}`;
  const details = { pointer, call: call.name, errno: errnoName(errno) };
  if (TRUSTED_TYPES.has(type) && (errno === ELOOP || errno === ENOTDIR)) {
    return new RuntimeError('bundle', `cannot mount "${type}" at "${destination}": it must be a directory`, {
      ...details,
      hint: `"${destination}" in the rootfs is a symlink or a file; make it a directory`,
    });
  }
  if (type === 'sysfs' && errno === EPERM) {
    return new RuntimeError('rootless', `cannot mount "sysfs" at "${destination}": ${because}`, {
      ...details,
      hint: 'sysfs needs a network namespace of the same user namespace: add one, or bind the host\'s ({"type": "none", "source": "/sys", "options": ["rbind", "ro", "nosuid", "noexec", "nodev"]})',
    });
  }
  if (type === 'proc' && errno === EPERM) {
    return new RuntimeError('rootless', `cannot mount "proc" at "${destination}": ${because}`, {
      ...details,
      hint: "a user namespace may mount proc only with a pid namespace of its own, and where the host's /proc has nothing mounted over it (a container's has)",
    });
  }
  return undefined;
}

export function explainBind(source: string, name: string, errno: number, call: Call, pointer: string) {
  const details = { pointer: `${pointer}/source`, call: call.name, errno: errnoName(errno) };
  if (call.name === 'open_tree' && errno === ENOENT) {
    return new RuntimeError('config', `cannot ${name}: no such file or directory: "${source}"`, {
      ...details,
      hint: 'the source of a bind mount must exist on the host',
    });
  }
  if (call.name === 'move_mount' && errno === ENOTDIR) {
    return new RuntimeError('config', `cannot ${name}: not a directory`, {
      ...details,
      hint: 'a directory binds onto a directory, a file onto a file',
    });
  }
  if (call.name === 'mount_setattr' && errno === EPERM) {
    return new RuntimeError('rootless', `cannot ${name}: mount_setattr: ${describeErrno(errno)}`, {
      ...details,
      pointer: `${pointer}/options`,
      hint: 'a user namespace cannot take away ro, nosuid, nodev, noexec or change the atime mode of a host mount',
    });
  }
  return undefined;
}
