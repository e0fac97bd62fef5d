/** Entries of `mounts` that mount a new filesystem: fsopen(2), fsmount(2), move_mount(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, Failure } from '../kernel/call.ts';
import { close, openat } from '../kernel/calls/file.ts';
import { mountIdMap, mountSetattr, moveMount } from '../kernel/calls/mount.ts';
import { O_DIRECTORY, O_RDONLY } from '../kernel/constants/file.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { EPERM } from '../kernel/errno.ts';
import type { Mount } from '../spec/types.ts';
import { copyUpStep } from './copy-up/copy-up.ts';
import type { CopyUp } from './copy-up/failure.ts';
import { explainFilesystem, explainOption, TRUSTED_TYPES } from './explain-mount.ts';
import { hostSysfsSteps } from './host-sysfs.ts';
import { explainIdMap } from './id-mapped.ts';
import type { MountContext, MountSteps } from './mount-context.ts';
import { labelCalls, labelled } from './mount-label.ts';
import type { MountRequest } from './mount-options.ts';
import { newFilesystem, propagate } from './new-filesystem.ts';
import { nearTmpfs, noteTmpfs } from './new-tmpfs.ts';
import { stepOnTarget } from './target.ts';
import { modeOfCovered } from './tmpfs-mode.ts';
import { withMappedIds, withoutRefusedGroup } from './unmapped-ids.ts';

/** @throws RuntimeError `config` or `rootless` where the entry cannot be done at all */
export function filesystemSteps(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  index: number,
  context: MountContext,
): MountSteps {
  const { root, idMapNamespaces } = context;
  const { type = '', destination, source = type } = mount;
  if (type === '') {
    throw new RuntimeError('config', `the mount at "${destination}" has neither a type nor "bind"`, {
      pointer,
    });
  }
  const near = nearTmpfs(destination, index, context);
  const mode =
    type === 'tmpfs' && !near && !request.data.some((option) => option.startsWith('mode='))
      ? modeOfCovered(root, destination, pointer)
      : undefined;
  const readonly = isReadonlyLast(mount, request);
  const data = labelled(type, withMappedIds(mount, request.data, pointer, context), context.label);
  const asked = readonly ? withoutReadonly({ ...request, data }) : likeMount({ ...request, data });
  const { calls, tree } = newFilesystem(type, source, asked, mode?.parameter);
  const staysOpen = noteTmpfs(mount, index, tree, context) || readonly;
  const users = idMapNamespaces.get(index);
  const mapped = users ? [mountIdMap(tree, users, { recursive: request.idmap === 'recursive' })] : [];
  const attach = (target: Call) => [
    ...[...mapped, ...labelCalls(type, tree, context.label)],
    ...[moveMount(tree, target), ...propagate(tree, request)],
    ...[...(staysOpen ? [] : [close(tree)]), close(target)],
  ];
  let covered: Call | undefined;
  const attempt = stepOnTarget({
    name: `mount "${type}" at "${destination}"`,
    pointer,
    root,
    path: destination,
    missing: 'directory',
    near,
    flags: O_DIRECTORY,
    noSymlinks: TRUSTED_TYPES.has(type),
    calls: (target) => {
      covered = target;
      return request.copyUp ? calls : [...calls, ...attach(target)];
    },
    recover: (errno, call) =>
      withoutNetwork(mount, request, pointer, context, errno) ??
      withoutGroup(mount, request, pointer, index, context, { call, errno }) ??
      (users && explainIdMap(mount, { call, errno }, pointer)) ??
      explainOption(mount, asked, errno, call, pointer) ??
      explainFilesystem(type, destination, errno, call, pointer),
  });
  const filled = request.copyUp ? [filledFirst({ destination, pointer }, tree, () => covered, attach)] : [];
  const steps = [...(mode ? [mode.look] : []), attempt, ...filled];
  return staysOpen ? { steps, last: lastStep(destination, pointer, tree, readonly) } : { steps };
}

/** mount(2) with MS_RDONLY makes the filesystem read-only, not only the mount: a disk is not written to. */
function likeMount(request: MountRequest): MountRequest {
  const readonly = (request.attributes.set & MOUNT_ATTR_RDONLY) !== 0;
  return readonly ? { ...request, superblock: [...request.superblock, 'ro'] } : request;
}

/** A tmpfs, and /dev, have to be filled first: with what is mounted in them, with devices. */
function isReadonlyLast({ type, destination }: Mount, { attributes }: MountRequest): boolean {
  if ((attributes.set & MOUNT_ATTR_RDONLY) === 0) return false;
  return type === 'tmpfs' || /^\/+dev\/*$/.test(destination);
}

function lastStep(destination: string, pointer: string, tree: Call, readonly: boolean): Step {
  const name = readonly ? `make "${destination}" read-only` : `close "${destination}"`;
  const change = mountSetattr(tree, { set: MOUNT_ATTR_RDONLY }, { recursive: false });
  return step('init', name, pointer, [...(readonly ? [change] : []), close(tree)]);
}

function withoutReadonly(request: MountRequest): MountRequest {
  const { set, clear } = request.attributes;
  return { ...request, attributes: { set: set & ~MOUNT_ATTR_RDONLY, clear } };
}

/** @param covered the directory that the tmpfs will cover, open by then */
function filledFirst(
  copy: CopyUp,
  tree: Call,
  covered: () => Call | undefined,
  attach: (target: Call) => readonly Call[],
): Step {
  return step('init', `look at what "${copy.destination}" covers`, copy.pointer, [], {
    check: () => {
      const target = covered();
      if (!target) throw new TypeError('nothing is covered');
      const from = openat(target, '.', O_RDONLY | O_DIRECTORY);
      const name = `mount "tmpfs" at "${copy.destination}"`;
      return [
        step('init', `open "${copy.destination}"`, copy.pointer, [from]),
        copyUpStep(from, tree, copy),
        step('init', name, copy.pointer, [close(from), ...attach(target)]),
      ];
    },
  });
}

function withoutNetwork(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  { root, log }: MountContext,
  errno: number,
): readonly Step[] | undefined {
  if (mount.type !== 'sysfs' || errno !== EPERM) return undefined;
  log.warning(
    `"sysfs" at "${mount.destination}" needs a network namespace of the container's own: the host's "/sys" is bound instead, read-only, without its cgroups`,
    { hint: 'add {"type": "network"} to linux.namespaces, or make the mount a bind of "/sys"' },
  );
  return hostSysfsSteps(mount, request, pointer, root);
}

function withoutGroup(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  index: number,
  context: MountContext,
  failure: Failure,
): readonly Step[] | undefined {
  if (!context.inUserNamespace) return undefined;
  const data = withoutRefusedGroup(mount, request.data, failure, context.log);
  return data && filesystemSteps(mount, { ...request, data }, pointer, index, context).steps;
}
