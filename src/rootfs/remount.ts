/**
 * Entries of `mounts` with the option `remount`: they change what is mounted at the destination, as mount(2) with
 * MS_REMOUNT does. With `bind` only the mount's flags, otherwise the filesystem's parameters too: fspick(2).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, Failure } from '../kernel/call.ts';
import { close, openInRoot } from '../kernel/calls/file.ts';
import { fsconfigFlag, fsconfigReconfigure, fspick, mountSetattr } from '../kernel/calls/mount.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { describeErrno, EINVAL, ENOENT, EPERM, errnoName } from '../kernel/errno.ts';
import type { Mount } from '../spec/types.ts';
import { attributeCalls, replacing } from './bind-mount.ts';
import { clearedOption, explainOption } from './explain-mount.ts';
import type { MountContext } from './mount-context.ts';
import type { MountRequest } from './mount-options.ts';
import { fsOption, propagate, superblockFlag } from './new-filesystem.ts';

export function remountSteps(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  { root }: MountContext,
): readonly Step[] {
  const name = `remount "${mount.destination}"`;
  const target = openInRoot(root, mount.destination);
  const onlyFlags = request.bind !== 'no' || mount.type === 'bind';
  const calls = [target, ...(onlyFlags ? [] : reconfigure(target, request))];
  const exact = mountSetattr(target, replacing(request.attributes), { recursive: false });
  const others = attributeCalls(target, { ...request, attributes: { set: 0, clear: 0 } }, true);
  const rest = [...others, ...propagate(target, request), close(target)];
  const explain = (failure: Failure) => explainRemount(mount, request, name, failure, pointer);
  return [
    step('init', name, pointer, [...calls, exact, ...rest], {
      recover: (failure) => {
        if (failure.call !== exact || failure.errno !== EPERM) return explain(failure);
        // Flags that a user namespace has locked stay, unless they are to be cleared by name.
        const kept = mountSetattr(target, request.attributes, { recursive: false });
        return [step('init', name, pointer, [kept, ...rest], { recover: explain })];
      },
    }),
  ];
}

function reconfigure(
  target: Call,
  { attributes, defaults, superblock, data }: MountRequest,
): readonly Call[] {
  const fs = fspick(target);
  const readonly = (attributes.set & MOUNT_ATTR_RDONLY) !== 0;
  const parameters = [...defaults, ...superblock].map((parameter) => superblockFlag(fs, parameter));
  const options = data.map((option) => fsOption(fs, option));
  const mode = fsconfigFlag(fs, readonly ? 'ro' : 'rw');
  return [fs, mode, ...parameters, ...options, fsconfigReconfigure(fs), close(fs)];
}

function explainRemount(
  mount: Mount,
  request: MountRequest,
  name: string,
  { call, errno }: Failure,
  pointer: string,
): RuntimeError | undefined {
  const option = explainOption(mount, request, errno, call, pointer);
  if (option) return option;
  const details = { pointer, call: call.name, errno: errnoName(errno) };
  const message = `cannot ${name}: ${call.name}: ${describeErrno(errno)}`;
  const isMissing = call.name === 'openat2' && errno === ENOENT;
  const isNoMount = (call.name === 'fspick' || call.name === 'mount_setattr') && errno === EINVAL;
  if (isMissing || isNoMount) {
    return new RuntimeError('config', `cannot ${name}: nothing is mounted there`, {
      ...details,
      hint: 'a remount changes a mount of an earlier entry: remove the option "remount" to make a new one',
    });
  }
  if (errno !== EPERM) return undefined;
  if (call.name === 'mount_setattr') {
    return new RuntimeError('rootless', message, { ...details, ...clearedOption(mount, pointer) });
  }
  return new RuntimeError('rootless', message, {
    ...details,
    hint: 'a user namespace may change the parameters of its own filesystems only: add "bind" to change just the flags of the mount',
  });
}
