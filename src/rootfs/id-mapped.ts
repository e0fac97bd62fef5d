/**
 * Mounts whose ids are mapped (`idmap`, `ridmap`, `uidMappings`, `gidMappings`): which maps they get, from which
 * user namespace, and why the kernel may refuse. mount_setattr(2), "ID-mapped mounts".
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Step } from '../init/step.ts';
import type { Call, Failure } from '../kernel/call.ts';
import { describeErrno, EINVAL, ENOSYS, EPERM, errnoName } from '../kernel/errno.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import {
  existingNamespace,
  mappingNamespace,
  type OpenedNamespace,
} from '../namespaces/mapping-namespace.ts';
import type { Mount, Namespace } from '../spec/types.ts';
import { parseMountOptions } from './mount-options.ts';

export interface IdMappingContext {
  /** Of the container's new user namespace. */
  readonly idMaps: IdMaps | undefined;
  readonly namespaces: readonly Namespace[];
  readonly isRootless: boolean;
}

export interface IdMapNamespaces {
  /** Executed by the runtime, before the first stub is started. */
  readonly steps: readonly Step[];
  /** The namespaces, by index in `mounts`. */
  readonly byMount: ReadonlyMap<number, Call>;
  /** Each of them once; the stubs inherit them. */
  readonly opened: readonly Call[];
}

/** @throws RuntimeError `config` where a map is missing, `rootless` for who may not map */
export function idMapNamespaces(mounts: readonly Mount[], context: IdMappingContext): IdMapNamespaces {
  const byMount = new Map<number, Call>();
  const made = new Map<string, OpenedNamespace>();
  for (let index = 0; index < mounts.length; index++) {
    const mount = mounts[index] as Mount;
    if (!isIdMapped(mount)) continue;
    const pointer = pointerOf(mount, `/mounts/${index}`);
    const { key, open } = namespaceFor(mount, pointer, context);
    const namespace = made.get(key) ?? open();
    made.set(key, namespace);
    byMount.set(index, namespace.opened);
  }
  const all = [...made.values()];
  return { byMount, steps: all.flatMap(({ steps }) => steps), opened: all.map(({ opened }) => opened) };
}

function isIdMapped({ uidMappings = [], gidMappings = [], options = [] }: Mount): boolean {
  if (uidMappings.length > 0 || gidMappings.length > 0) return true;
  return options.includes('idmap') || options.includes('ridmap');
}

/** The option, or the maps where there is none: then the mount itself is mapped, and not what is below it. */
function pointerOf({ options = [] }: Mount, pointer: string): string {
  const place = options.findIndex((option) => option === 'idmap' || option === 'ridmap');
  return place < 0 ? `${pointer}/uidMappings` : `${pointer}/options/${place}`;
}

function namespaceFor(mount: Mount, pointer: string, { idMaps, namespaces, isRootless }: IdMappingContext) {
  if (isRootless) {
    throw new RuntimeError('rootless', `cannot map the ids of the mount at "${mount.destination}"`, {
      pointer,
      hint: 'the kernel lets only root of the machine do that: remove the mappings, or run as root',
    });
  }
  const { uidMappings = [], gidMappings = [] } = mount;
  if (uidMappings.length > 0 || gidMappings.length > 0) {
    if (uidMappings.length === 0 || gidMappings.length === 0) throw halfAMap(mount, pointer);
    return ownMaps(uidMappings, gidMappings, pointer);
  }
  if (idMaps) return ownMaps(idMaps.uid.mappings, idMaps.gid.mappings, pointer);
  const path = namespaces.find(({ type }) => type === 'user')?.path;
  if (path !== undefined) return { key: path, open: () => existingNamespace(path, pointer) };
  throw new RuntimeError('config', `the mount at "${mount.destination}" has no id map`, {
    pointer,
    hint: 'add "uidMappings" and "gidMappings" to the mount, or a user namespace to the container, whose maps it takes then',
  });
}

function ownMaps(uids: IdMaps['uid']['mappings'], gids: IdMaps['gid']['mappings'], pointer: string) {
  return { key: JSON.stringify([uids, gids]), open: () => mappingNamespace(uids, gids, pointer) };
}

function halfAMap({ destination }: Mount, pointer: string): RuntimeError {
  return new RuntimeError('config', `the mount at "${destination}" has only one of its two id maps`, {
    pointer,
    hint: 'give both "uidMappings" and "gidMappings"',
  });
}

/** How far down the ids are mapped. */
export function isMappedBelow({ options = [] }: Mount): boolean {
  return parseMountOptions(options).idmap === 'recursive';
}

export function explainIdMap(mount: Mount, { call, errno }: Failure, pointer: string) {
  if (call.name !== 'mount_setattr') return undefined;
  const what = `cannot map the ids of the mount at "${mount.destination}"`;
  return new RuntimeError('config', `${what}: mount_setattr: ${describeErrno(errno)}`, {
    pointer: pointerOf(mount, pointer),
    call: call.name,
    errno: errnoName(errno),
    hint: REASONS.get(errno) ?? 'see mount_setattr(2)',
  });
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [ENOSYS, 'id-mapped mounts need Linux 5.12'],
  [
    EINVAL,
    'its filesystem does not support it: ext4 and vfat do since Linux 5.12, xfs since 5.12, btrfs since 5.15, tmpfs since 6.3; overlay, fuse and network filesystems mostly do not',
  ],
  [
    EPERM,
    'it is mapped already, or its filesystem belongs to another user namespace than the one that tsrun runs in',
  ],
]);
