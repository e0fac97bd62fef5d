/**
 * Nodes of the host bound into the container, where mknod(2) is refused: in a user namespace, or without CAP_MKNOD.
 * A node is looked at before it is bound: at its path may be anything.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, FdArg } from '../kernel/call.ts';
import { close, openat, statx } from '../kernel/calls/file.ts';
import { cloneTree, moveMount } from '../kernel/calls/mount.ts';
import { AT_FDCWD, O_NOFOLLOW, O_PATH, S_IFBLK } from '../kernel/constants/file.ts';
import { EACCES, ENOENT, ENOTDIR } from '../kernel/errno.ts';
import { decodeStatx, type Status } from '../kernel/statx.ts';
import { describeKind, isKind, kindOfStatus, type NodeKind } from './device-number.ts';
import { makeEmptyFile } from './target.ts';

/** Where in the container a node goes. */
export interface NodePlace {
  /** The directory that it goes to. */
  readonly parent: FdArg;
  readonly name: string;
}

/** Puts what `source` is a handle on there: over what is there, or over an empty file. */
export function attachNode(source: FdArg, { parent, name }: NodePlace): Call[] {
  const target = openat(parent, name, O_PATH | O_NOFOLLOW);
  const tree = cloneTree(source, '', { recursive: false });
  return [
    makeEmptyFile(parent, name, 0o666),
    target,
    tree,
    moveMount(tree, target),
    close(tree),
    close(target),
  ];
}

export interface BoundDevice extends NodePlace {
  /** In the container, and, as runc has it, on the host. */
  readonly path: string;
  readonly kind: NodeKind;
  readonly pointer: string;
  /** Told what the host's node is like. */
  readonly onFound: (status: Status) => void;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [ENOENT, 'it is not there'],
  [ENOTDIR, 'it is not there'],
  [EACCES, "the container's root may not go there"],
]);

/**
 * The node at the same path on the host, or where udev(7) has it by its number.
 *
 * @param paths where to look, in this order
 * @param earlier what was wrong with the first of them
 */
export function bindHostDevice(
  device: BoundDevice,
  paths = placesOf(device),
  earlier?: string,
): readonly Step[] {
  const { path, kind, pointer, onFound } = device;
  const [source = '', ...others] = paths;
  // udev's are links.
  const node = openat(AT_FDCWD, source, O_PATH | (source === path ? O_NOFOLLOW : 0));
  const status = statx(node, '');
  const next = (reason: string) => {
    if (others.length === 0) throw cannotBind(device, earlier ?? reason);
    return bindHostDevice(device, others, earlier ?? reason);
  };
  const look = step('init', `open the host's "${source}"`, pointer, [node, status], {
    recover: ({ errno }) => {
      const reason = REASONS.get(errno);
      return reason === undefined ? undefined : next(reason);
    },
    check: (results) => {
      const found = decodeStatx(results.bytes(status));
      if (!isKind(found, kind)) return next(`it is a ${describeKind(kindOfStatus(found))}`);
      onFound(found);
      const calls = [...attachNode(node, device), close(node)];
      return [step('init', `bind the host's "${source}" at "${path}"`, pointer, calls)];
    },
  });
  return [look];
}

function placesOf({ path, kind }: BoundDevice): readonly string[] {
  const folder = kind.type === S_IFBLK ? 'block' : 'char';
  return [path, `/dev/${folder}/${kind.major}:${kind.minor}`];
}

function cannotBind({ path, kind, pointer }: BoundDevice, reason: string): RuntimeError {
  const message = `cannot bind the host's "${path}" as the ${describeKind(kind)}: ${reason}`;
  return new RuntimeError('bundle', message, {
    pointer,
    hint: 'a device cannot be made here (user namespace, or no CAP_MKNOD): it is bound from the host, which must have it at the same path',
  });
}
