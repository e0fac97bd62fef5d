/**
 * What the annotations `org.tsrun.overlay` and `org.tsrun.overlay.lowerdirs` and the option `--overlay` ask for:
 * a root that is an overlay, and where its writable layer lives. See docs/overlay.md.
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { resolve } from '../../kernel/path.ts';
import type { Config } from '../../spec/types.ts';

export const OVERLAY = 'org.tsrun.overlay';
export const LOWERDIRS = 'org.tsrun.overlay.lowerdirs';

/** `disk`: deleted with the container. `directory`: kept, and used again by who names it again. */
export type WritableLayer =
  | { readonly kind: 'disk' }
  | { readonly kind: 'tmpfs'; readonly size?: string }
  | { readonly kind: 'directory'; readonly path: string };

export interface OverlayRequest {
  readonly layer: WritableLayer;
  /** Read-only layers below the rootfs, the uppermost first; absolute. */
  readonly lowerdirs: readonly string[];
  /** JSON pointer of the annotation; empty where the command line asked. */
  readonly pointer: string;
}

const POINTER = `/annotations/${OVERLAY}`;
const LOWERDIRS_POINTER = `/annotations/${LOWERDIRS}`;
const HINT = 'write "disk", "tmpfs", "tmpfs=64m", "dir=/an/absolute/path" or "off"';

/**
 * @param option the value of `--overlay`, which overrides the annotation
 * @returns undefined where the container runs on its rootfs directly
 * @throws RuntimeError `config` for a bad annotation, `usage` for a bad option
 */
export function overlayRequest(
  { annotations = {} }: Pick<Config, 'annotations'>,
  option?: string,
): OverlayRequest | undefined {
  const text = option ?? annotations[OVERLAY];
  const lowerdirs = annotations[LOWERDIRS];
  if (text === undefined) {
    if (lowerdirs === undefined) return undefined;
    throw bad(LOWERDIRS_POINTER, `"${LOWERDIRS}" without "${OVERLAY}"`, `add "${OVERLAY}": "disk"`);
  }
  if (text === 'off') return undefined;
  const pointer = option === undefined ? POINTER : '';
  const layer = parseLayer(text, pointer);
  return { layer, lowerdirs: lowerdirs === undefined ? [] : parseLowerdirs(lowerdirs), pointer };
}

function parseLayer(text: string, pointer: string): WritableLayer {
  if (text === 'disk') return { kind: 'disk' };
  if (text === 'tmpfs') return { kind: 'tmpfs' };
  const size = /^tmpfs(?:=|[,:]size=)(.*)$/s.exec(text)?.[1];
  if (size !== undefined) {
    if (/^[1-9]\d*[kmg%]?$/i.test(size)) return { kind: 'tmpfs', size };
    throw bad(
      pointer,
      `"${size}" is not a size of a tmpfs`,
      'write bytes, "512k", "64m", "1g" or "10%" of the memory',
    );
  }
  if (text.startsWith('dir=')) return { kind: 'directory', path: directory(text.slice(4), pointer) };
  throw bad(pointer, `unknown kind of overlay "${text}"`, HINT);
}

/** What the command line says is relative to the working directory; a configuration has none. */
function directory(path: string, pointer: string): string {
  if (path !== '' && !path.includes('\0') && (path.startsWith('/') || pointer === '')) return resolve(path);
  throw bad(pointer, `the overlay's directory "${path}" is not an absolute path`, HINT);
}

/** A JSON array, since a path may hold any character; or, as overlay itself has it, paths between colons. */
function parseLowerdirs(text: string): readonly string[] {
  const paths = text.startsWith('[') ? parseArray(text) : text.split(':');
  for (const path of paths) {
    if (typeof path === 'string' && path.startsWith('/') && !path.includes('\0')) continue;
    throw bad(LOWERDIRS_POINTER, `${JSON.stringify(path)} is not an absolute path`, LOWERDIRS_HINT);
  }
  return paths as readonly string[];
}

const LOWERDIRS_HINT =
  'write a JSON array in the string, "[\\"/layers/b\\",\\"/layers/a\\"]", the uppermost layer first';

function parseArray(text: string): readonly unknown[] {
  try {
    return JSON.parse(text);
  } catch {
    throw bad(LOWERDIRS_POINTER, `"${LOWERDIRS}" is not a JSON array`, LOWERDIRS_HINT);
  }
}

function bad(pointer: string, message: string, hint: string): RuntimeError {
  return pointer === ''
    ? new RuntimeError('usage', `--overlay: ${message}`, { hint })
    : new RuntimeError('config', message, { pointer, hint });
}
