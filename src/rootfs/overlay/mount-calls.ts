/** The calls that mount an overlay: Documentation/filesystems/overlayfs.rst, fsopen(2). */
import type { Call, FdArg, Results } from '../../kernel/call.ts';
import { close } from '../../kernel/calls/file.ts';
import { fsconfigCreate, fsconfigFlag, fsconfigString, fsmount, fsopen } from '../../kernel/calls/mount.ts';
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

/** Upper layers stay what they look like: no file without its data, no directory that points elsewhere. */
const SELF_CONTAINED = ['index=off', 'xino=off', 'metacopy=off', 'redirect_dir=nofollow'];

/** @returns the calls, and the one among them whose result is the detached mount */
export function mountOverlay(
  layers: OverlayLayers,
  { userxattr, volatile }: OverlayOptions,
  results: Results,
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
      ...layerCalls(fs, layers, results),
      ...options,
      ...flags.map((flag) => fsconfigFlag(fs, flag)),
      ...[fsconfigCreate(fs), mount, close(fs)],
    ],
  };
}

export function layerCalls(fs: FdArg, { lower, writable }: OverlayLayers, results: Results): readonly Call[] {
  return [
    ...lowerCalls(fs, lower, results),
    ...(writable
      ? [
          fsconfigString(fs, 'upperdir', layerName(writable.upper, results)),
          fsconfigString(fs, 'workdir', layerName(writable.work, results)),
        ]
      : []),
  ];
}

/** All in one option, which every kernel takes; one by one where that is too long (kernel 6.8). */
function lowerCalls(fs: FdArg, lower: readonly Layer[], results: Results): readonly Call[] {
  const names = lower.map((one) => layerName(one, results));
  const joined = names.join(':');
  if (joined.length <= MAX_OPTION) return [fsconfigString(fs, 'lowerdir', joined)];
  return names.map((name) => fsconfigString(fs, 'lowerdir+', name));
}
