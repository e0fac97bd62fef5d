/** The calls that mount an overlay: Documentation/filesystems/overlayfs.rst, fsopen(2). */
import type { Call, Failure, FdArg, Results } from '../../kernel/call.ts';
import { close } from '../../kernel/calls/file.ts';
import {
  fsconfigCreate,
  fsconfigFd,
  fsconfigFlag,
  fsconfigString,
  fsmount,
  fsopen,
} from '../../kernel/calls/mount.ts';
import { FSCONFIG_SET_FD } from '../../kernel/constants/mount.ts';
import { EBADF, EINVAL } from '../../kernel/errno.ts';
import { type Layer, layerName, MAX_OPTION } from './layer.ts';

export interface OverlayLayers {
  /** The uppermost first. */
  readonly lower: readonly Layer[];
  /** Absent where the overlay is read-only. */
  readonly writable?: { readonly upper: Layer; readonly work: Layer };
}

export interface OverlayOptions {
  /** Marks in `user.overlay.*`, kernel 5.11: those in `trusted.overlay.*` are the initial user namespace's. */
  readonly userxattr: boolean;
  /** Nothing is synchronised to disk: for what does not outlive the container anyway. */
  readonly volatile: boolean;
}

/**
 * How the kernel gets at a layer that is open: by its descriptor (kernel 6.13), or by a name for it, for which the
 * results of the calls that opened the layers have to be known.
 */
export type LayerNaming = 'descriptor' | Results;

/** Upper layers stay what they look like: no file without its data, no directory that points elsewhere. */
const SELF_CONTAINED = ['index=off', 'xino=off', 'metacopy=off', 'redirect_dir=nofollow'];

/** @returns the calls, and the one among them whose result is the detached mount */
export function mountOverlay(
  layers: OverlayLayers,
  { userxattr, volatile }: OverlayOptions,
  naming: LayerNaming,
): { readonly calls: readonly Call[]; readonly mount: Call } {
  const fs = fsopen('overlay');
  const mount = fsmount(fs, 0);
  const options = SELF_CONTAINED.map((option) => {
    const [key = '', value = ''] = option.split('=');
    return fsconfigString(fs, key, value);
  });
  const flags = [...(userxattr ? ['userxattr'] : []), ...(volatile ? ['volatile'] : [])];
  return {
    mount,
    calls: [
      ...[fs, fsconfigString(fs, 'source', 'overlay')],
      ...layerCalls(fs, layers, naming),
      ...options,
      ...flags.map((flag) => fsconfigFlag(fs, flag)),
      ...[fsconfigCreate(fs), mount, close(fs)],
    ],
  };
}

export function layerCalls(
  fs: FdArg,
  { lower, writable }: OverlayLayers,
  naming: LayerNaming,
): readonly Call[] {
  const above = writable
    ? [layerCall(fs, 'upperdir', writable.upper, naming), layerCall(fs, 'workdir', writable.work, naming)]
    : [];
  return [...lowerCalls(fs, lower, naming), ...above];
}

function layerCall(fs: FdArg, option: string, layer: Layer, naming: LayerNaming): Call {
  if (naming !== 'descriptor') return fsconfigString(fs, option, layerName(layer, naming));
  return layer.opened ? fsconfigFd(fs, option, layer.opened) : fsconfigString(fs, option, layer.path);
}

const ADDED = 'lowerdir+';

/** All in one option, which every kernel takes; one by one if that is too long (kernel 6.8) or one has no name. */
function lowerCalls(fs: FdArg, lower: readonly Layer[], naming: LayerNaming): readonly Call[] {
  const joined = joinedNames(lower, naming);
  if (joined !== undefined && joined.length <= MAX_OPTION) return [fsconfigString(fs, 'lowerdir', joined)];
  return lower.map((one) => layerCall(fs, ADDED, one, naming));
}

function joinedNames(layers: readonly Layer[], naming: LayerNaming): string | undefined {
  if (naming !== 'descriptor') return layers.map((one) => layerName(one, naming)).join(':');
  return layers.some(({ opened }) => opened) ? undefined : layers.map(({ path }) => path).join(':');
}

/**
 * Whether the kernel is too old for what is not a name. Before 6.13, fsconfig(2) knows no descriptor that was opened with
 * O_PATH (EBADF), and overlays take none (EINVAL); before 6.8, they take no layers one by one.
 */
export function needsNames({ call: { name, args }, errno }: Failure): boolean {
  if (name !== 'fsconfig') return false;
  if (args[1] === FSCONFIG_SET_FD) return errno === EBADF || errno === EINVAL;
  return args[2] === ADDED && errno === EINVAL;
}
