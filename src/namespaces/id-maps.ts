/**
 * Which ids the container's user namespace gets, and who writes the maps: user_namespaces(7),
 * config-linux.md (User namespace mappings).
 *
 * A config's own maps are taken as they are. Where it has none, or where an ordinary user's config has no user
 * namespace at all, a map is chosen, and that is told.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { CAP_SETGID, CAP_SETUID, hasCapability, type Identity, isPrivileged } from '../host/identity.ts';
import type { IdMapHelper, IdMapHelperName, IdRange, SubordinateFile } from '../host/subordinate-ids.ts';
import type { OwnIdRange } from '../host/user-namespace.ts';
import type { IdMapping, Linux, Namespace, User } from '../spec/types.ts';
import { defaultMaps, notice } from './default-id-maps.ts';
import { describeMap, type IdMap, type IdMaps, isMapped } from './id-map.ts';
import { addRangeHint, helperMissingHint } from './id-map-hints.ts';
import { isNew } from './kinds.ts';
import { type NestedIds, nestedIds, nestedInOwn } from './nested-user.ts';

export type { IdMaps };

/** What the machine knows about the caller; the functions are called only where the answer matters. */
export interface IdHost {
  readonly identity: Identity;
  userName(): string | undefined;
  subordinateRanges(file: SubordinateFile): readonly IdRange[];
  helper(name: IdMapHelperName): IdMapHelper | undefined;
  /** Of our own user namespace. */
  ownIds(file: 'uid_map' | 'gid_map'): readonly OwnIdRange[];
}

/** Something that was done and not asked for, for the log. */
export interface Notice {
  readonly message: string;
  readonly hint?: string;
}

export interface ChosenIdMaps {
  /** The config's namespaces, with a user namespace where one had to be added. */
  readonly namespaces: readonly Namespace[];
  /** Absent where no user namespace is made. */
  readonly maps?: IdMaps;
  /** Where the process's ids are not among them, and can be had in a namespace of its own. */
  readonly nested?: NestedIds;
  readonly notices: readonly Notice[];
}

/**
 * @throws RuntimeError `rootless` where a map needs a helper that is not there, or where the process's ids do not
 *   exist in the map that was chosen
 */
export function chooseIdMaps(linux: Linux, user: User, host: IdHost): ChosenIdMaps {
  const namespaces = withUserNamespace(linux.namespaces ?? [], host.identity);
  if (!isNew(namespaces, 'user')) return { namespaces, ...inOurOwn(namespaces, user, host) };
  const given = { uid: linux.uidMappings ?? [], gid: linux.gidMappings ?? [] };
  const chosen = given.uid.length > 0 && given.gid.length > 0 ? undefined : defaultMaps(host);
  const uid = given.uid.length > 0 || !chosen ? given.uid : chosen.uid;
  const gid = given.gid.length > 0 || !chosen ? given.gid : chosen.gid;
  const nested = nestedIds(user, uid, gid);
  if (chosen) mustExist(user, nested, uid, gid, host);
  const maps = {
    uid: writtenBy(uidSide, uid, given.uid.length > 0, host),
    gid: writtenBy(gidSide, gid, given.gid.length > 0, host),
  };
  const denySetgroups = !maps.gid.helper && !hasCapability(host.identity, CAP_SETGID);
  const added = namespaces !== linux.namespaces && !hasUserNamespace(linux.namespaces ?? []);
  if (denySetgroups) mustHaveNoGroups(user, host);
  const notices = chosen ? [notice(maps, added, chosen.why, host)] : [];
  return {
    namespaces,
    maps: { ...maps, denySetgroups },
    ...(nested ? { nested } : {}),
    notices: [...notices, ...(nested ? [nestedNotice(nested)] : [])],
  };
}

/** Without a user namespace of the container's own. */
function inOurOwn(
  namespaces: readonly Namespace[],
  user: User,
  { identity, ownIds }: IdHost,
): Pick<ChosenIdMaps, 'nested' | 'notices'> {
  const nested = hasUserNamespace(namespaces) ? undefined : nestedInOwn(user, identity, ownIds);
  return nested ? { nested, notices: [nestedNotice(nested)] } : { notices: [] };
}

function nestedNotice({ uid, gid, outer }: NestedIds): Notice {
  const wanted = `uid ${uid} and gid ${gid}`;
  const message = `the container has one id, ${outer.uid}: as ${wanted} its process runs in a user namespace nested in it`;
  return { message, hint: "its capabilities do not reach the container's other namespaces" };
}

/** setgroups(2) is what an ordinary user gives up for writing a map of groups. */
function mustHaveNoGroups({ additionalGids = [] }: User, host: IdHost): void {
  if (additionalGids.length === 0) return;
  throw new RuntimeError(
    'rootless',
    'cannot set any additional groups in a rootless container with one group id',
    {
      pointer: '/process/user/additionalGids',
      hint: `remove them, or map subordinate ids with newgidmap; ${addRangeHint(host.identity.uid)}`,
    },
  );
}

/** Who may not make namespaces needs a user namespace to make them in. */
function withUserNamespace(namespaces: readonly Namespace[], identity: Identity): readonly Namespace[] {
  if (hasUserNamespace(namespaces) || isPrivileged(identity)) return namespaces;
  return [...namespaces, { type: 'user' }];
}

function hasUserNamespace(namespaces: readonly Namespace[]): boolean {
  return namespaces.some(({ type }) => type === 'user');
}

interface Side {
  readonly capability: number;
  readonly helper: IdMapHelperName;
  readonly field: 'uidMappings' | 'gidMappings';
  own(identity: Identity): number;
}

const uidSide: Side = {
  capability: CAP_SETUID,
  helper: 'newuidmap',
  field: 'uidMappings',
  own: ({ euid }) => euid,
};

const gidSide: Side = {
  capability: CAP_SETGID,
  helper: 'newgidmap',
  field: 'gidMappings',
  own: ({ egid }) => egid,
};

/** The kernel lets anyone map just the own id; for more, a privilege is needed: our own or the helper's. */
function writtenBy(side: Side, mappings: readonly IdMapping[], fromConfig: boolean, host: IdHost): IdMap {
  const pointer = fromConfig ? `/linux/${side.field}` : '';
  const [first] = mappings;
  const single = mappings.length === 1 && first?.size === 1 && first.hostID === side.own(host.identity);
  if (single || hasCapability(host.identity, side.capability)) return { mappings, pointer };
  const helper = host.helper(side.helper);
  if (helper) return { mappings, pointer, helper: helper.path };
  throw new RuntimeError(
    'rootless',
    `cannot map the ids ${describeMap(mappings)}: "${side.helper}" is not installed`,
    {
      pointer,
      hint: helperMissingHint(side.field, side.own(host.identity)),
    },
  );
}

/** The ids of a config with its own maps have been checked with the config. */
function mustExist(
  user: User,
  nested: NestedIds | undefined,
  uid: readonly IdMapping[],
  gid: readonly IdMapping[],
  host: IdHost,
): void {
  if (!nested && !isMapped(uid, user.uid)) throw unmapped('uid', user.uid, '/process/user/uid', uid, host);
  if (!nested && !isMapped(gid, user.gid)) throw unmapped('gid', user.gid, '/process/user/gid', gid, host);
  user.additionalGids?.forEach((id, index) => {
    if (!isMapped(gid, id)) throw unmapped('gid', id, `/process/user/additionalGids/${index}`, gid, host);
  });
}

function unmapped(
  kind: 'uid' | 'gid',
  id: number,
  pointer: string,
  mappings: readonly IdMapping[],
  host: IdHost,
): RuntimeError {
  const map = describeMap(mappings);
  const hint =
    mappings.length > 1
      ? `map it in /linux/${kind}Mappings, or use a ${kind} that exists`
      : `use ${kind} 0, or: ${addRangeHint(host.identity.uid)}`;
  return new RuntimeError('rootless', `${kind} ${id} does not exist in the container: its map is ${map}`, {
    pointer,
    hint,
  });
}
