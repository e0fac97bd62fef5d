/** The calls that make a mount of a new filesystem instance: fsopen(2), fsconfig(2), fsmount(2). */
import { type Call, tolerate } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import {
  fsconfigCreate,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
  mountSetattr,
} from '../kernel/calls/mount.ts';
import { EINVAL } from '../kernel/errno.ts';
import type { MountRequest } from './mount-options.ts';

/** @returns the calls, and the one among them whose result is the detached mount */
export function newFilesystem(
  type: string,
  source: string,
  request: Pick<MountRequest, 'attributes' | 'superblock' | 'data'>,
  parameter?: (filesystem: Call) => Call,
): { readonly calls: readonly Call[]; readonly tree: Call } {
  const fs = fsopen(type);
  // `fuse.sshfs`: mount(2) makes the part behind the dot a parameter.
  const subtype = type.includes('.')
    ? [fsconfigString(fs, 'subtype', type.slice(type.indexOf('.') + 1))]
    : [];
  const own = parameter ? [...subtype, parameter(fs)] : subtype;
  const options = [...own, ...request.data.map((option) => fsOption(fs, option))];
  const parameters = request.superblock.map((name) => superblockFlag(fs, name));
  const tree = fsmount(fs, request.attributes.set);
  const source_ = fsconfigString(fs, 'source', source);
  return { calls: [fs, source_, ...parameters, ...options, fsconfigCreate(fs), tree, close(fs)], tree };
}

/** mount(2) takes `iversion` for every filesystem, and most ignore it; fsconfig(2) only where it is known. */
export function superblockFlag(fs: Call, name: string): Call {
  const flag = fsconfigFlag(fs, name);
  return name === 'iversion' ? tolerate(flag, EINVAL) : flag;
}

/** `size=64k`, `newinstance` */
export function fsOption(fs: Call, option: string): Call {
  const equals = option.indexOf('=');
  return equals < 0
    ? fsconfigFlag(fs, option)
    : fsconfigString(fs, option.slice(0, equals), option.slice(equals + 1));
}

/** The propagation that an entry asks for. */
export function propagate(tree: Call, { propagation }: Pick<MountRequest, 'propagation'>): Call[] {
  return propagation.map(({ type, recursive }) => mountSetattr(tree, { propagation: type }, { recursive }));
}
