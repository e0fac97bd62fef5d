/**
 * What the annotation `org.tsrun.overlay` and the options `--overlay` and `--overlay-lower` ask for: a root that is
 * an overlay, and where its writable layer lives. See docs/overlay.md.
 *
 * Engines copy the annotations of an image into config.json. So an annotation chooses among places of tsrun's own;
 * directories of the host are the caller's to name, on the command line.
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { resolve } from '../../kernel/path.ts';
import type { Config } from '../../spec/types.ts';

export const OVERLAY = 'org.tsrun.overlay';
export const LOWERDIRS = 'org.tsrun.overlay.lowerdirs';

/** `disk`: deleted with the container. `directory`: kept, and used again by a container that names it again. */
export type WritableLayer =
  | { readonly kind: 'disk' }
  | { readonly kind: 'tmpfs'; readonly size?: string }
  | { readonly kind: 'directory'; readonly path: string };

export interface OverlayRequest {
  readonly layer: WritableLayer;
  /** Read-only layers below the rootfs, the uppermost first; absolute. */
  readonly lowerdirs: readonly string[];
  /** JSON pointer of the annotation; empty if the command line asked. */
  readonly pointer: string;
}

/** The caller's. */
export interface OverlayOptions {
  /** `--overlay`, which overrides the annotation. */
  readonly overlay?: string | undefined;
  /** `--overlay-lower`, the uppermost first. */
  readonly overlayLower?: readonly string[] | undefined;
}

const POINTER = `/annotations/${OVERLAY}`;

/**
 * @returns undefined if the container runs on its rootfs directly
 * @throws RuntimeError `config` for a bad annotation, `usage` for a bad option
 */
export function overlayRequest(
  { annotations = {} }: Pick<Config, 'annotations'>,
  { overlay, overlayLower = [] }: OverlayOptions = {},
): OverlayRequest | undefined {
  if (annotations[LOWERDIRS] !== undefined) throw lowerdirsAnnotated();
  const annotated = annotations[OVERLAY];
  const annotatedLayer = annotated === undefined ? undefined : layerOfAnnotation(annotated);
  const layer = overlay === undefined ? annotatedLayer : layerOfOption(overlay);
  const lowerdirs = overlayLower.map(lowerdir);
  if (layer) return { layer, lowerdirs, pointer: overlay === undefined ? POINTER : '' };
  if (lowerdirs.length === 0) return undefined;
  throw badOption('overlay-lower', 'the container has no overlay root', 'add --overlay=disk');
}

/** @returns undefined for `off` */
function layerOfAnnotation(text: string): WritableLayer | undefined {
  const hint = 'write "disk", "tmpfs", "tmpfs=64m" or "off"';
  if (!text.startsWith('dir=')) return parseLayer(text, hint, (...bad) => badAnnotation(POINTER, ...bad));
  throw badAnnotation(
    POINTER,
    `"${OVERLAY}" names a directory of the host: only the option --overlay=dir=PATH may, since annotations come from images too`,
    `${hint}; or remove the annotation and add the option to create or run`,
  );
}

/** @returns undefined for `off` */
function layerOfOption(text: string): WritableLayer | undefined {
  const hint = 'use disk, tmpfs, tmpfs=64m, dir=PATH or off';
  const refuse: Refusal = (...bad) => badOption('overlay', ...bad);
  if (!text.startsWith('dir=')) return parseLayer(text, hint, refuse);
  if (text === 'dir=') throw refuse('the path of the directory is missing', hint);
  return { kind: 'directory', path: resolve(text.slice(4)) };
}

type Refusal = (message: string, hint: string) => RuntimeError;

/** What annotations may choose, too. */
function parseLayer(text: string, hint: string, refuse: Refusal): WritableLayer | undefined {
  if (text === 'off') return undefined;
  if (text === 'disk' || text === 'tmpfs') return { kind: text };
  const size = /^tmpfs(?:=|[,:]size=)(.*)$/s.exec(text)?.[1];
  if (size === undefined) throw refuse(`unknown kind of overlay "${text}"`, hint);
  if (/^[1-9]\d*[kmg%]?$/i.test(size)) return { kind: 'tmpfs', size };
  throw refuse(
    `"${size}" is not a size of a tmpfs`,
    'write bytes, "512k", "64m", "1g" or "10%" of the memory',
  );
}

function lowerdir(path: string): string {
  if (path !== '') return resolve(path);
  throw badOption('overlay-lower', 'the path of the layer is missing', 'name a directory that exists');
}

function lowerdirsAnnotated(): RuntimeError {
  return badAnnotation(
    `/annotations/${LOWERDIRS}`,
    `"${LOWERDIRS}" names directories of the host: only the option --overlay-lower PATH may, since annotations come from images too`,
    'remove the annotation and add the option to create or run, once for each layer',
  );
}

function badAnnotation(pointer: string, message: string, hint: string): RuntimeError {
  return new RuntimeError('config', message, { pointer, hint });
}

function badOption(option: string, message: string, hint: string): RuntimeError {
  return new RuntimeError('usage', `--${option}: ${message}`, { hint });
}
