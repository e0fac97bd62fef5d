/**
 * The mount options of the OCI runtime spec (config-linux.md, "Linux mount options"): every one of them, as
 * data. What is in no row goes to the filesystem itself.
 */
import * as M from '../kernel/constants/mount.ts';

export type MountOptionEffect =
  /** Attributes of the mount (`MOUNT_ATTR_*`); recursive ones need mount_setattr(2). */
  | { readonly kind: 'attribute'; readonly set: number; readonly clear: number; readonly recursive: boolean }
  /** A parameter that every filesystem knows, fsconfig(2); with `undoes` where it is the default. */
  | { readonly kind: 'superblock'; readonly parameter: string; readonly undoes?: string }
  | { readonly kind: 'propagation'; readonly type: number; readonly recursive: boolean }
  | { readonly kind: 'bind'; readonly recursive: boolean }
  | { readonly kind: 'remount' }
  /** The mount's ids are mapped, mount_setattr(2); recursive: those of the mounts below it too. */
  | { readonly kind: 'idmap'; readonly recursive: boolean }
  /** A tmpfs begins with a copy of what it covers. */
  | { readonly kind: 'copy-up' }
  | { readonly kind: 'nothing' };

const attribute = (set: number, clear = 0): MountOptionEffect => ({
  kind: 'attribute',
  set,
  clear,
  recursive: false,
});
const recursive = (set: number, clear = 0): MountOptionEffect => ({
  kind: 'attribute',
  set,
  clear,
  recursive: true,
});
const superblock = (parameter: string): MountOptionEffect => ({ kind: 'superblock', parameter });
const byDefault = (parameter: string, undoes: string): MountOptionEffect => ({
  kind: 'superblock',
  parameter,
  undoes,
});
const propagation = (type: number): MountOptionEffect => ({ kind: 'propagation', type, recursive: false });
const everywhere = (type: number): MountOptionEffect => ({ kind: 'propagation', type, recursive: true });
const nothing: MountOptionEffect = { kind: 'nothing' };

/** The access time modes are one field: setting one of them clears the others. */
const atime = (mode: number) => attribute(mode, M.MOUNT_ATTR__ATIME);
const recursiveAtime = (mode: number) => recursive(mode, M.MOUNT_ATTR__ATIME);

export const mountOptions: ReadonlyMap<string, MountOptionEffect> = new Map([
  ['defaults', nothing],
  ['bind', { kind: 'bind', recursive: false }],
  ['rbind', { kind: 'bind', recursive: true }],
  ['remount', { kind: 'remount' }],

  ['ro', attribute(M.MOUNT_ATTR_RDONLY)],
  ['rw', attribute(0, M.MOUNT_ATTR_RDONLY)],
  ['nosuid', attribute(M.MOUNT_ATTR_NOSUID)],
  ['suid', attribute(0, M.MOUNT_ATTR_NOSUID)],
  ['nodev', attribute(M.MOUNT_ATTR_NODEV)],
  ['dev', attribute(0, M.MOUNT_ATTR_NODEV)],
  ['noexec', attribute(M.MOUNT_ATTR_NOEXEC)],
  ['exec', attribute(0, M.MOUNT_ATTR_NOEXEC)],
  ['nodiratime', attribute(M.MOUNT_ATTR_NODIRATIME)],
  ['diratime', attribute(0, M.MOUNT_ATTR_NODIRATIME)],
  ['nosymfollow', attribute(M.MOUNT_ATTR_NOSYMFOLLOW)],
  ['symfollow', attribute(0, M.MOUNT_ATTR_NOSYMFOLLOW)],
  ['noatime', atime(M.MOUNT_ATTR_NOATIME)],
  ['atime', atime(M.MOUNT_ATTR_RELATIME)],
  ['relatime', atime(M.MOUNT_ATTR_RELATIME)],
  ['norelatime', atime(M.MOUNT_ATTR_RELATIME)],
  ['strictatime', atime(M.MOUNT_ATTR_STRICTATIME)],
  ['nostrictatime', atime(M.MOUNT_ATTR_RELATIME)],

  ['rro', recursive(M.MOUNT_ATTR_RDONLY)],
  ['rrw', recursive(0, M.MOUNT_ATTR_RDONLY)],
  ['rnosuid', recursive(M.MOUNT_ATTR_NOSUID)],
  ['rsuid', recursive(0, M.MOUNT_ATTR_NOSUID)],
  ['rnodev', recursive(M.MOUNT_ATTR_NODEV)],
  ['rdev', recursive(0, M.MOUNT_ATTR_NODEV)],
  ['rnoexec', recursive(M.MOUNT_ATTR_NOEXEC)],
  ['rexec', recursive(0, M.MOUNT_ATTR_NOEXEC)],
  ['rnodiratime', recursive(M.MOUNT_ATTR_NODIRATIME)],
  ['rdiratime', recursive(0, M.MOUNT_ATTR_NODIRATIME)],
  ['rnosymfollow', recursive(M.MOUNT_ATTR_NOSYMFOLLOW)],
  ['rsymfollow', recursive(0, M.MOUNT_ATTR_NOSYMFOLLOW)],
  ['rnoatime', recursiveAtime(M.MOUNT_ATTR_NOATIME)],
  ['ratime', recursiveAtime(M.MOUNT_ATTR_RELATIME)],
  ['rrelatime', recursiveAtime(M.MOUNT_ATTR_RELATIME)],
  ['rnorelatime', recursiveAtime(M.MOUNT_ATTR_RELATIME)],
  ['rstrictatime', recursiveAtime(M.MOUNT_ATTR_STRICTATIME)],
  ['rnostrictatime', recursiveAtime(M.MOUNT_ATTR_RELATIME)],

  ['sync', superblock('sync')],
  ['async', byDefault('async', 'sync')],
  ['dirsync', superblock('dirsync')],
  ['lazytime', superblock('lazytime')],
  ['nolazytime', byDefault('nolazytime', 'lazytime')],
  ['mand', superblock('mand')],
  ['nomand', byDefault('nomand', 'mand')],
  ['iversion', superblock('iversion')],
  ['noiversion', nothing],
  // What a filesystem says to the kernel's log: fsconfig(2) has no way to say it.
  ['silent', nothing],
  ['loud', nothing],

  ['private', propagation(M.MS_PRIVATE)],
  ['rprivate', everywhere(M.MS_PRIVATE)],
  ['slave', propagation(M.MS_SLAVE)],
  ['rslave', everywhere(M.MS_SLAVE)],
  ['shared', propagation(M.MS_SHARED)],
  ['rshared', everywhere(M.MS_SHARED)],
  ['unbindable', propagation(M.MS_UNBINDABLE)],
  ['runbindable', everywhere(M.MS_UNBINDABLE)],

  ['idmap', { kind: 'idmap', recursive: false }],
  ['ridmap', { kind: 'idmap', recursive: true }],
  ['tmpcopyup', { kind: 'copy-up' }],
]);

/** The options of one mount entry, resolved. */
export interface MountRequest {
  readonly bind: 'no' | 'plain' | 'recursive';
  readonly remount: boolean;
  readonly attributes: { readonly set: number; readonly clear: number };
  readonly recursiveAttributes: { readonly set: number; readonly clear: number };
  readonly superblock: readonly string[];
  /** Parameters that are the default anyway: for a remount. */
  readonly defaults: readonly string[];
  readonly idmap: 'no' | 'plain' | 'recursive';
  readonly copyUp: boolean;
  /** In the order given; the last one wins, as with mount(8). */
  readonly propagation: readonly { readonly type: number; readonly recursive: boolean }[];
  /** What the filesystem itself is to understand: `size=64k`, `newinstance`. */
  readonly data: readonly string[];
}

export function parseMountOptions(options: readonly string[]): MountRequest {
  const request = {
    bind: 'no' as MountRequest['bind'],
    remount: false,
    attributes: { set: 0, clear: 0 },
    recursiveAttributes: { set: 0, clear: 0 },
    superblock: [] as string[],
    propagation: [] as { type: number; recursive: boolean }[],
    data: [] as string[],
    defaults: [] as string[],
    idmap: 'no' as MountRequest['idmap'],
    copyUp: false,
  };
  for (const option of options) {
    const effect = mountOptions.get(option);
    // buildah writes an empty option for each volume that has none.
    if (option === '') continue;
    if (!effect) request.data.push(option);
    else if (effect.kind === 'bind')
      request.bind = effect.recursive || request.bind === 'recursive' ? 'recursive' : 'plain';
    else if (effect.kind === 'attribute')
      merge(effect.recursive ? request.recursiveAttributes : request.attributes, effect);
    else if (effect.kind === 'superblock') setParameter(request, effect);
    else if (effect.kind === 'propagation')
      request.propagation.push({ type: effect.type, recursive: effect.recursive });
    else if (effect.kind === 'remount') request.remount = true;
    else if (effect.kind === 'idmap')
      request.idmap = effect.recursive || request.idmap === 'recursive' ? 'recursive' : 'plain';
    else if (effect.kind === 'copy-up') request.copyUp = true;
  }
  return request;
}

/** The last one wins. */
function setParameter(
  request: { superblock: string[]; defaults: string[] },
  { parameter, undoes }: { readonly parameter: string; readonly undoes?: string },
): void {
  if (undoes === undefined) {
    request.superblock.push(parameter);
    return;
  }
  request.defaults.push(parameter);
  request.superblock = request.superblock.filter((other) => other !== undoes);
}

function merge(into: { set: number; clear: number }, { set, clear }: { set: number; clear: number }): void {
  into.set = (into.set & ~clear) | set;
  into.clear = (into.clear & ~set) | clear;
}
