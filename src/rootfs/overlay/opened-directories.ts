/**
 * The directories of a writable layer, opened by the actor that mounts them: the kernel takes a descriptor only from the
 * mount namespace that it mounts in. No symbolic link leads to them, and they are those that the runtime has checked.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Call, Results } from '../../kernel/call.ts';
import { close, openat2, statx } from '../../kernel/calls/file.ts';
import { AT_FDCWD, RESOLVE_NO_SYMLINKS } from '../../kernel/constants/file.ts';
import { attempt, perform, performForBytes } from '../../kernel/local.ts';
import { join } from '../../kernel/path.ts';
import { decodeStatx, type Status } from '../../kernel/statx.ts';
import type { Layer } from './layer.ts';
import { INSIDE, PLAIN } from './own-directory.ts';

export interface OverlayDirectories {
  /** The directory that holds the two others. */
  readonly base: string;
  readonly upper: string;
  readonly work: string;
  /** Whether they outlive the container. */
  readonly kept: boolean;
  /** Which directory `base` was when the runtime checked it; set once it has. */
  readonly checked: { identity?: Identity };
}

type Identity = Pick<Status, 'inode' | 'filesystem'>;

export function overlayDirectories(base: string, kept: boolean): OverlayDirectories {
  return { base, upper: join(base, 'upper'), work: join(base, 'work'), kept, checked: {} };
}

export interface OpenedDirectories {
  readonly upper: Required<Layer>;
  readonly work: Required<Layer>;
  /** What opens them. */
  readonly calls: readonly Call[];
  /** @throws RuntimeError `overlay` if the directory was exchanged after it was checked */
  verify(results: Results): void;
}

export function openDirectories(directories: OverlayDirectories, pointer: string): OpenedDirectories {
  const { base, upper, work } = directories;
  const opened = openat2(AT_FDCWD, base, PLAIN, RESOLVE_NO_SYMLINKS);
  const status = statx(opened, '');
  const layers = {
    upper: { path: upper, opened: openat2(opened, 'upper', PLAIN, INSIDE) },
    work: { path: work, opened: openat2(opened, 'work', PLAIN, INSIDE) },
  };
  return {
    ...layers,
    calls: [opened, status, layers.upper.opened, layers.work.opened, close(opened)],
    verify: (results) => mustBeChecked(directories, results.bytes(status), pointer),
  };
}

/** In this process. @returns a descriptor of `base` @throws RuntimeError as `verify` */
export function reopen(directories: OverlayDirectories, pointer: string): number {
  const fd = perform(openat2(AT_FDCWD, directories.base, PLAIN, RESOLVE_NO_SYMLINKS));
  try {
    mustBeChecked(directories, performForBytes(statx(fd, '')), pointer);
  } catch (error) {
    attempt(close(fd));
    throw error;
  }
  return fd;
}

function mustBeChecked({ base, checked }: OverlayDirectories, status: Uint8Array, pointer: string): void {
  const { inode, filesystem } = decodeStatx(status);
  const { identity } = checked;
  if (identity?.inode !== inode || identity.filesystem !== filesystem) throw exchanged(base, pointer);
}

export function exchanged(base: string, pointer: string): RuntimeError {
  return new RuntimeError('overlay', `cannot mount the overlay root: "${base}" was exchanged meanwhile`, {
    pointer,
    hint: 'use a directory whose parents belong to you or to root, and cannot be written to by others',
  });
}
