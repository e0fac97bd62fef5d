/** Why an entry of `mounts` was refused, and what to do about it. */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { Call } from '../kernel/call.ts';
import { describeErrno, EINVAL, ELOOP, ENOENT, ENOTDIR, EPERM, errnoName } from '../kernel/errno.ts';
import type { Mount } from '../spec/types.ts';
import { type MountRequest, mountOptions } from './mount-options.ts';
import { mountsBelow } from './overlay/mounts-below.ts';

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
    return new RuntimeError(
      'bundle',
      `cannot mount "${type}" at "${destination}": must be mounted on ordinary directory`,
      {
        ...details,
        hint: `"${destination}" in the rootfs is a symlink or a file; make it a directory`,
      },
    );
  }
  if (type === 'proc' && errno === EPERM) {
    return new RuntimeError('rootless', `cannot mount "proc" at "${destination}": ${because}`, {
      ...details,
      hint: hintForProc(),
    });
  }
  return undefined;
}

/** Directories that are always empty: what is mounted on them hides nothing. */
const forMounts = ['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd'];

/** A user namespace gets a proc of its own only where the one it can see hides nothing: mount_too_revealing(). */
function hintForProc(): string {
  const covered = mountsBelow('/proc').filter((path) => !forMounts.includes(path));
  if (covered.length === 0)
    return 'a user namespace may mount proc only with a pid namespace of its own: add {"type": "pid"} to linux.namespaces';
  const some = covered.slice(0, 3).map((path) => `"${path}"`);
  const more = covered.length > some.length ? ` and ${covered.length - some.length} more` : '';
  return `proc must be fully visible here, and ${some.join(', ')}${more} are covered, as in a container: start that one with an unmasked /proc (podman: --security-opt unmask=ALL; docker: --security-opt systempaths=unconfined), or bind "/proc"`;
}

export function explainBind(mount: Mount, name: string, errno: number, call: Call, pointer: string) {
  const { source = '' } = mount;
  const details = { pointer: `${pointer}/source`, call: call.name, errno: errnoName(errno) };
  if (call.name === 'open_tree' && errno === ENOENT) {
    return new RuntimeError('config', `cannot ${name}: no such file or directory: "${source}"`, {
      ...details,
      hint: 'the source of a bind mount must exist on the host',
    });
  }
  // mount(2) says ENOTDIR where move_mount(2) says EINVAL; Docker tells its users more where it finds the words.
  if (call.name === 'move_mount' && (errno === EINVAL || errno === ENOTDIR)) {
    return new RuntimeError('config', `cannot ${name}: not a directory`, {
      ...details,
      hint: 'a directory binds onto a directory, a file onto a file: one of them is not a directory',
    });
  }
  if (call.name === 'mount_setattr' && errno === EPERM) {
    return new RuntimeError('rootless', `cannot ${name}: mount_setattr: ${describeErrno(errno)}`, {
      ...details,
      ...clearedOption(mount, pointer),
    });
  }
  return undefined;
}

/** Which option asks for what a user namespace may not do to a mount that it got from outside. */
export function clearedOption({ options = [] }: Mount, pointer: string) {
  const clears = (option: string) => {
    const effect = mountOptions.get(option);
    return effect?.kind === 'attribute' && effect.clear !== 0;
  };
  const asking = options.filter(clears).map((option) => `"${option}"`);
  const first = options.findIndex(clears);
  return {
    pointer: first < 0 ? `${pointer}/options` : `${pointer}/options/${first}`,
    hint: `a user namespace cannot take away ro, nosuid, nodev, noexec or change the atime mode of a host mount${asking.length > 0 ? `: remove ${asking.join(', ')}` : ''}`,
  };
}
