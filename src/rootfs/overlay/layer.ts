/**
 * A layer's directory in the options of an overlay. They are text with separators of their own (`:`, `,`, `\`),
 * and fsconfig(2) takes 255 bytes: a path that does not fit goes by its descriptor.
 *
 * The descriptor must come from the mount namespace that the overlay is mounted in: the kernel takes no others.
 */
import type { Call, Results } from '../../kernel/call.ts';
import { openat } from '../../kernel/calls/file.ts';
import { AT_FDCWD, O_DIRECTORY, O_PATH } from '../../kernel/constants/file.ts';

export interface Layer {
  readonly path: string;
  /** What has to be executed before it can be named. */
  readonly opened?: Call;
}

/** What fsconfig(2) takes, without the NUL. */
export const MAX_OPTION = 255;

const PLAIN = /^\/[\w./@%+=~-]*$/;

export function layer(path: string): Layer {
  return PLAIN.test(path) && path.length <= MAX_OPTION ? { path } : openedLayer(path);
}

export function openedLayer(path: string): Layer {
  return { path, opened: openat(AT_FDCWD, path, O_PATH | O_DIRECTORY) };
}

export function layerName({ path, opened }: Layer, results: Results): string {
  return opened ? `/proc/self/fd/${results.value(opened)}` : path;
}

export function openingCalls(layers: readonly Layer[]): readonly Call[] {
  return layers.flatMap(({ opened }) => opened ?? []);
}
