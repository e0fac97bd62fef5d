/** The id map of a container whose configuration has none: the own id is root. subuid(5), newuidmap(1). */
import { CAP_SETGID, CAP_SETUID, hasCapability } from '../host/identity.ts';
import type { IdRange } from '../host/subordinate-ids.ts';
import type { IdMapping } from '../spec/types.ts';
import { describeMap, type IdMaps } from './id-map.ts';
import { addRangeHint } from './id-map-hints.ts';
import type { IdHost, Notice } from './id-maps.ts';

export interface DefaultMaps {
  readonly uid: readonly IdMapping[];
  readonly gid: readonly IdMapping[];
  /** Why it is not more ids. */
  readonly why?: Notice;
}

/** The own id is root; from 1 on come the subordinate ids, where there are any and they can be mapped. */
export function defaultMaps(host: IdHost): DefaultMaps {
  const { euid, egid } = host.identity;
  const uids = host.subordinateRanges('subuid')[0];
  const gids = host.subordinateRanges('subgid')[0];
  const why = missing(uids, gids, host);
  if (why || !uids || !gids) return { uid: rootIs(euid), gid: rootIs(egid), ...(why && { why }) };
  return { uid: [...rootIs(euid), fromOne(uids)], gid: [...rootIs(egid), fromOne(gids)] };
}

function rootIs(hostID: number): readonly IdMapping[] {
  return [{ containerID: 0, hostID, size: 1 }];
}

function fromOne({ start, size }: IdRange): IdMapping {
  return { containerID: 1, hostID: start, size };
}

/** What stands against mapping subordinate ids. */
function missing(uids: IdRange | undefined, gids: IdRange | undefined, host: IdHost): Notice | undefined {
  const owner = host.userName() ?? String(host.identity.uid);
  if (!uids || !gids) {
    const files = [uids ? [] : '/etc/subuid', gids ? [] : '/etc/subgid'].flat().join(' and ');
    const verb = uids || gids ? 'has' : 'have';
    return { message: `${files} ${verb} no line for "${owner}"`, hint: addRangeHint(host.identity.uid) };
  }
  if (hasCapability(host.identity, CAP_SETUID) && hasCapability(host.identity, CAP_SETGID)) return undefined;
  for (const name of ['newuidmap', 'newgidmap'] as const) {
    const helper = host.helper(name);
    if (!helper)
      return { message: `"${name}" is not installed`, hint: 'install the package uidmap (or shadow-utils)' };
    if (!helper.privileged) {
      const hint = `as root: chmod u+s ${helper.path}`;
      return { message: `"${helper.path}" is neither setuid root nor has it file capabilities`, hint };
    }
  }
  return undefined;
}

/** Maps that nobody wrote down are told: a container with fewer ids than expected is hard to understand. */
export function notice(
  maps: Pick<IdMaps, 'uid' | 'gid'>,
  added: boolean,
  why: Notice | undefined,
  host: IdHost,
): Notice {
  const cause = added
    ? `the config has no user namespace, which uid ${host.identity.euid} needs: one was added`
    : 'the config has a user namespace without maps';
  const [uid, gid] = [describeMap(maps.uid.mappings), describeMap(maps.gid.mappings)];
  const ids = uid === gid ? `ids ${uid}` : `uids ${uid}; gids ${gid}`;
  const message = `${cause}, with the ${ids}${why ? ` (one id only: ${why.message})` : ''}`;
  return why?.hint === undefined ? { message } : { message, hint: why.hint };
}
