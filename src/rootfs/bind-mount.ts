/** Entries of `mounts` that bind: open_tree(2), mount_setattr(2), move_mount(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { cloneTree, mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { AT_FDCWD } from '../kernel/constants/file.ts';
import {
  MOUNT_ATTR_NODEV,
  MOUNT_ATTR_NOEXEC,
  MOUNT_ATTR_NOSUID,
  MOUNT_ATTR_NOSYMFOLLOW,
  MOUNT_ATTR_RDONLY,
} from '../kernel/constants/mount.ts';
import type { Mount } from '../spec/types.ts';
import { explainBind } from './explain-mount.ts';
import type { MountContext } from './mount-context.ts';
import type { MountRequest } from './mount-options.ts';
import { propagate } from './new-filesystem.ts';
import { nearTmpfs } from './new-tmpfs.ts';
import { mayBeInProc, onlyProcfsAtProc } from './proc-target.ts';
import { stepOnTarget } from './target.ts';

export function bindSteps(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  index: number,
  context: MountContext,
): readonly Step[] {
  const { root, isDirectory, sourceTrees, inUserNamespace } = context;
  const { source = '', destination } = mount;
  refuseOptions(mount, request, pointer);
  const opened = sourceTrees.get(index);
  const name = `bind "${source}" at "${destination}"`;
  const recover = (errno: number, call: Call) => explainBind(mount, name, errno, call, pointer);
  const bind = stepOnTarget({
    name,
    pointer,
    root,
    path: destination,
    near: nearTmpfs(destination, index, context),
    missing: isDirectory(source) === false ? 'file' : 'directory',
    mayBeProc: mayBeInProc(destination),
    calls: (target) => {
      const tree = opened ?? bindTree(source, request);
      const trees = opened ? [] : [tree];
      const changes = [...attributeCalls(tree, request, inUserNamespace), ...propagate(tree, request)];
      return [...trees, ...changes, moveMount(tree, target), close(tree), close(target)];
    },
    recover,
  });
  return [...onlyProcfsAtProc(mount, pointer, opened, recover), bind];
}

/** What buildah says to itself and leaves in the configuration: it has given the source the label and the owner. */
const spentOptions = new Set(['z', 'Z', 'U']);

function refuseOptions({ options = [] }: Mount, { data }: MountRequest, pointer: string): void {
  const refused = data.filter((option) => !spentOptions.has(option));
  const [first] = refused;
  if (first === undefined) return;
  throw new RuntimeError('config', `a bind mount takes no filesystem options, found "${refused.join(',')}"`, {
    pointer: `${pointer}/options/${options.indexOf(first)}`,
    hint: 'remove it: the filesystem is mounted already, and a bind shows it once more',
  });
}

/** A detached copy of a bind's source; to be executed where the source can be reached. */
export function bindTree(source: string, request: Pick<MountRequest, 'bind'>): Call {
  return cloneTree(AT_FDCWD, source, { recursive: request.bind === 'recursive' });
}

/** What a remount of a bind sets anew; the modes of access times stay unless one is given. */
const REPLACED =
  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;

/** As "mount --bind -o": with any flag given, those that are not are cleared. */
export function replacing({ set, clear }: MountRequest['attributes']): MountRequest['attributes'] {
  return { set, clear: clear | (REPLACED & ~set) };
}

/** @param locked in a user namespace the flags of what comes from outside stay, unless an option names them */
export function attributeCalls(
  tree: Call,
  { attributes, recursiveAttributes: all }: MountRequest,
  locked: boolean,
): Call[] {
  const own = locked ? attributes : replacing(attributes);
  return [
    ...(isAsked(attributes) ? [mountSetattr(tree, own, { recursive: false })] : []),
    ...(isAsked(all) ? [mountSetattr(tree, all, { recursive: true })] : []),
  ];
}

function isAsked({ set, clear }: MountRequest['attributes']): boolean {
  return set !== 0 || clear !== 0;
}
