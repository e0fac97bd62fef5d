/** The overlay root of a container: from what was asked for to the steps and the mount. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Identity } from '../../host/identity.ts';
import { isPrivileged } from '../../host/identity.ts';
import type { Step } from '../../init/step.ts';
import type { Call } from '../../kernel/call.ts';
import { statSync } from '../../kernel/file-system.ts';
import { type Log, silentLog } from '../../log/log.ts';
import type { IdMaps } from '../../namespaces/id-map.ts';
import { makeDirectoriesStep } from './directories.ts';
import { fuseFallback } from './fuse.ts';
import { occupyStep } from './occupant.ts';
import { overlayDirectories } from './opened-directories.ts';
import type { OverlayRequest } from './request.ts';
import { rootDirectory } from './root-directory.ts';
import { type OverlaySource, overlaySteps, type Writable } from './steps.ts';

export interface OverlayRootContext {
  /** Absolute. */
  readonly rootfs: string;
  /** Of the container; made here, and to be removed with it, for the kind `disk` only. */
  readonly dataDirectory: () => string;
  /** Of the new user namespace; undefined where none is made. */
  readonly idMaps: IdMaps | undefined;
  /** The container joins a user namespace: its root's rights are those of that one. */
  readonly joinsUserNamespace?: boolean;
  readonly identity: Identity;
  readonly log?: Log;
  /** Told the pid of fuse-overlayfs where that has to serve the root; it is to be killed with the container. */
  readonly onHelper?: (pid: number) => void;
}

export interface OverlayRoot {
  /** Executed by the runtime and the stub, before the namespaces are made. */
  readonly outside: readonly Step[];
  /** Executed by the init, before anything is mounted on the root. */
  readonly inside: readonly Step[];
  /** The root's detached mount. */
  readonly tree: Call;
}

/** Whether the container's data directory is used, and has to be removed with it. */
export function usesDataDirectory(request: OverlayRequest | undefined): boolean {
  return request?.layer.kind === 'disk';
}

export function overlayRoot(request: OverlayRequest, context: OverlayRootContext): OverlayRoot {
  const { rootfs, idMaps, identity, joinsUserNamespace = false } = context;
  const { layer, lowerdirs, pointer } = request;
  const namespaced = idMaps !== undefined || joinsUserNamespace;
  const actor = namespaced && isPrivileged(identity) ? 'stub' : 'init';
  const root = rootDirectory(rootfs, actor === 'stub' ? undefined : idMaps);
  const { writable, make, noted } = writableLayer(layer, context, root, pointer);
  const userxattr = !identity.inInitialUserNamespace || (actor === 'init' && namespaced);
  const source: OverlaySource = { actor, userxattr, lowers: [rootfs, ...lowerdirs], writable, root, pointer };
  const { steps, tree } = overlaySteps(actor === 'init' ? { ...source, ...fuse(source, context) } : source);
  return actor === 'stub'
    ? { outside: [...make, ...steps], inside: noted, tree }
    : { outside: make, inside: [...steps, ...noted], tree };
}

/** Only what the init mounts: it is to be the container's own. */
function fuse(
  source: OverlaySource,
  { idMaps, log = silentLog, onHelper }: OverlayRootContext,
): Pick<OverlaySource, 'fallback'> {
  if (!onHelper) return {};
  const size = source.writable.kind === 'tmpfs' ? source.writable.size : undefined;
  const served = { ...source, size, mode: source.root?.mode };
  return { fallback: fuseFallback(served, { idMaps, log, started: onHelper }) };
}

function writableLayer(
  layer: OverlayRequest['layer'],
  { dataDirectory, rootfs }: OverlayRootContext,
  root: ReturnType<typeof rootDirectory>,
  pointer: string,
): { readonly writable: Writable; readonly make: readonly Step[]; readonly noted: readonly Step[] } {
  if (layer.kind === 'directory') refuseRootfs(layer.path, rootfs, pointer);
  if (layer.kind === 'tmpfs') return { writable: layer, make: [], noted: [] };
  const kept = layer.kind === 'directory';
  const directories = overlayDirectories(kept ? layer.path : dataDirectory(), kept);
  return {
    writable: { kind: 'directories', ...directories },
    make: [makeDirectoriesStep(directories, root, pointer)],
    noted: kept ? [occupyStep(directories, pointer)] : [],
  };
}

/** The writable layer of a root must not be a part of it: what is written would show up below. */
function refuseRootfs(path: string, rootfs: string, pointer: string): void {
  if (path !== rootfs && !path.startsWith(`${rootfs}/`) && !isSame(path, rootfs)) return;
  throw new RuntimeError(
    'overlay',
    `the overlay's directory "${path}" is in the rootfs that it is to cover`,
    {
      pointer,
      hint: 'name a directory beside the rootfs, on the same or another filesystem',
    },
  );
}

function isSame(path: string, other: string): boolean {
  const [one, two] = [statSync(path), statSync(other)];
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev;
}
