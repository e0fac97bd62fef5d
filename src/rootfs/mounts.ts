/** The entries of `mounts`, in order, onto the container's root. mount_setattr(2), fsopen(2), open_tree(2). */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Step } from '../init/step.ts';
import type { Call, FdArg } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import {
  cloneTree,
  fsconfigCreate,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
  mountSetattr,
  moveMount,
} from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_DIRECTORY } from '../kernel/constants/file.ts';
import { MOUNT_ATTR_RDONLY } from '../kernel/constants/mount.ts';
import { type IdMaps, isMapped } from '../namespaces/id-map.ts';
import type { Mount } from '../spec/types.ts';
import { explainBind, explainFilesystem, explainOption, TRUSTED_TYPES } from './explain-mount.ts';
import { type MountRequest, parseMountOptions } from './mount-options.ts';
import { overlayMountStep } from './overlay/mount-entry.ts';
import { mayBeInProc, onlyProcfsAtProc, refuseInsideProc } from './proc-target.ts';
import { stepOnTarget } from './target.ts';
import { modeOfCovered } from './tmpfs-mode.ts';

export interface MountContext {
  /** The root's mount. */
  readonly root: FdArg;
  /** Whether a bind's source is a directory; undefined where it is not there. */
  readonly isDirectory: (hostPath: string) => boolean | undefined;
  /** Trees of bind sources that only the host side may open, by index in `mounts`. */
  readonly sourceTrees: ReadonlyMap<number, Call>;
  readonly inUserNamespace: boolean;
  /** Of the container's new user namespace. */
  readonly idMaps: IdMaps | undefined;
  /** All of the entries. */
  readonly mounts: readonly Mount[];
}

/** @throws RuntimeError `config` or `unsupported` where the entry cannot be done at all */
export function mountSteps(mount: Mount, index: number, context: MountContext): readonly Step[] {
  const pointer = `/mounts/${index}`;
  const request = parseMountOptions(mount.options ?? []);
  refuse(mount, request, pointer);
  if (context.idMaps) refuseUnmapped(mount, context.idMaps, pointer);
  if (request.bind !== 'no' || mount.type === 'bind')
    return bindSteps(mount, request, pointer, index, context);
  if (mount.type === 'overlay') return [overlayMountStep(mount, request, pointer, context)];
  return filesystemSteps(mount, request, pointer, index, context);
}

function refuse(mount: Mount, request: MountRequest, pointer: string): void {
  const [option] = request.unsupported;
  if (option || request.remount) {
    throw new RuntimeError(
      'unsupported',
      `mount option "${option ?? 'remount'}" is not implemented by this version`,
      {
        pointer: `${pointer}/options`,
      },
    );
  }
  refuseInsideProc(mount.destination, pointer);
  if (/^\/+$/.test(mount.destination)) {
    throw new RuntimeError('config', 'a mount cannot cover the root itself', {
      pointer: `${pointer}/destination`,
      hint: 'use root.path, or tsrun\'s overlay root (annotation "org.tsrun.overlay")',
    });
  }
}

/** A filesystem's `uid=` and `gid=` are ids of the container; for one that it does not have, the kernel says EINVAL. */
function refuseUnmapped({ type, destination, options = [] }: Mount, idMaps: IdMaps, pointer: string): void {
  options.forEach((option, index) => {
    const [, kind, id] = /^([ug]id)=(\d+)$/.exec(option) ?? [];
    if (kind === undefined || isMapped(idMaps[kind as 'uid' | 'gid'].mappings, Number(id))) return;
    const what = `cannot mount "${type}" at "${destination}"`;
    throw new RuntimeError(
      'rootless',
      `${what}: ${kind} ${id} of the option "${option}" is not in the container's map`,
      {
        pointer: `${pointer}/options/${index}`,
        hint: `remove the option, or map the ${kind} in linux.${kind}Mappings`,
      },
    );
  });
}

function filesystemSteps(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  index: number,
  { root, mounts }: MountContext,
): readonly Step[] {
  const type = mount.type ?? '';
  if (type === '') {
    throw new RuntimeError('config', `the mount at "${mount.destination}" has neither a type nor "bind"`, {
      pointer,
    });
  }
  const trusted = TRUSTED_TYPES.has(type);
  const surelyMissing = isInNewTmpfs(mount.destination, mounts.slice(0, index));
  const mode =
    type === 'tmpfs' && !surelyMissing && !request.data.some((option) => option.startsWith('mode='))
      ? modeOfCovered(root, mount.destination, pointer)
      : undefined;
  const attempt = stepOnTarget({
    name: `mount "${type}" at "${mount.destination}"`,
    pointer,
    root,
    path: mount.destination,
    missing: 'directory',
    surelyMissing,
    flags: O_DIRECTORY,
    noSymlinks: trusted,
    calls: (target) => {
      const { calls, tree } = newFilesystem(type, mount.source ?? type, likeMount(request), mode?.parameter);
      return [...calls, moveMount(tree, target), ...propagate(tree, request), close(tree), close(target)];
    },
    recover: (errno, call) =>
      explainOption(mount, request, errno, call, pointer) ??
      explainFilesystem(type, mount.destination, errno, call, pointer),
  });
  return mode ? [mode.look, attempt] : [attempt];
}

/** mount(2) with MS_RDONLY makes the filesystem read-only, not only the mount: a disk is not written to. */
function likeMount(request: MountRequest): MountRequest {
  const readonly = (request.attributes.set & MOUNT_ATTR_RDONLY) !== 0;
  return readonly ? { ...request, superblock: [...request.superblock, 'ro'] } : request;
}

/** An earlier entry puts an empty tmpfs above it, as every configuration has it for /dev/pts. */
function isInNewTmpfs(destination: string, earlier: readonly Mount[]): boolean {
  return earlier.some((mount) => mount.type === 'tmpfs' && destination.startsWith(`${mount.destination}/`));
}

/** The calls that make a detached mount of a new filesystem instance. */
export function newFilesystem(
  type: string,
  source: string,
  request: Pick<MountRequest, 'attributes' | 'superblock' | 'data'>,
  parameter?: (filesystem: Call) => Call,
): { readonly calls: readonly Call[]; readonly tree: Call } {
  const fs = fsopen(type);
  const own = parameter ? [parameter(fs)] : [];
  const options = [...own, ...request.data.map((option) => fsOption(fs, option))];
  const parameters = request.superblock.map((parameter) => fsconfigFlag(fs, parameter));
  const tree = fsmount(fs, request.attributes.set);
  const source_ = fsconfigString(fs, 'source', source);
  return { calls: [fs, source_, ...parameters, ...options, fsconfigCreate(fs), tree, close(fs)], tree };
}

function fsOption(fs: Call, option: string): Call {
  const equals = option.indexOf('=');
  return equals < 0
    ? fsconfigFlag(fs, option)
    : fsconfigString(fs, option.slice(0, equals), option.slice(equals + 1));
}

function bindSteps(
  mount: Mount,
  request: MountRequest,
  pointer: string,
  index: number,
  { root, isDirectory, sourceTrees }: MountContext,
): readonly Step[] {
  const source = mount.source ?? '';
  if (request.data.length > 0) {
    throw new RuntimeError(
      'config',
      `a bind mount takes no filesystem options, found "${request.data.join(',')}"`,
      {
        pointer: `${pointer}/options`,
      },
    );
  }
  const name = `bind "${source}" at "${mount.destination}"`;
  const recover = (errno: number, call: Call) => explainBind(source, name, errno, call, pointer);
  const bind = stepOnTarget({
    name,
    pointer,
    root,
    path: mount.destination,
    missing: isDirectory(source) === false ? 'file' : 'directory',
    mayBeProc: mayBeInProc(mount.destination),
    calls: (target) => {
      const opened = sourceTrees.get(index);
      const tree = opened ?? bindTree(source, request);
      const trees = opened ? [] : [tree];
      const changes = [...attributes(tree, request), ...propagate(tree, request)];
      return [...trees, ...changes, moveMount(tree, target), close(tree), close(target)];
    },
    recover,
  });
  return [...onlyProcfsAtProc(mount, pointer, sourceTrees.get(index), recover), bind];
}

/** A detached copy of a bind's source; to be executed where the source can be reached. */
export function bindTree(source: string, request: Pick<MountRequest, 'bind'>): Call {
  return cloneTree(AT_FDCWD, source, { recursive: request.bind === 'recursive' });
}

function attributes(tree: Call, request: MountRequest): Call[] {
  const isAsked = ({ set, clear }: { set: number; clear: number }) => set !== 0 || clear !== 0;
  const { attributes: own, recursiveAttributes: all } = request;
  return [
    ...(isAsked(own) ? [mountSetattr(tree, own, { recursive: false })] : []),
    ...(isAsked(all) ? [mountSetattr(tree, all, { recursive: true })] : []),
  ];
}

function propagate(tree: Call, request: MountRequest): Call[] {
  return request.propagation.map(({ type, recursive }) =>
    mountSetattr(tree, { propagation: type }, { recursive }),
  );
}
