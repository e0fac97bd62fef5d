/** Why an id map was refused, and what to do about it. Loaded with the maps, run on failures only. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { CAP_SETFCAP, CAP_SETGID, CAP_SETUID, hasCapability, type Identity } from '../host/identity.ts';
import { userName } from '../host/passwd.ts';
import { givesPrivileges, subordinateRanges } from '../host/subordinate-ids.ts';
import { ownIds, statusField } from '../host/user-namespace.ts';
import { describeMap, describeRange, type IdMap } from './id-map.ts';
import { addRangeHint } from './id-map-hints.ts';

export type MapSide = 'uid' | 'gid';

/** Where the facts are read; tests have their own. */
export interface Places {
  readonly etc: string;
  readonly proc: string;
}

const machine: Places = { etc: '/etc', proc: '/proc' };

interface Explanation {
  readonly pointer?: string;
  readonly hint?: string;
}

/** A map that this process could not write itself. */
export function explainDirectFailure(
  error: unknown,
  path: string,
  side: MapSide,
  map: IdMap,
  identity: Identity,
  places = machine,
): RuntimeError {
  const errno = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
  const file = path.slice(path.lastIndexOf('/') + 1);
  return new RuntimeError(
    'rootless',
    `cannot write the ${side} map ${describeMap(map.mappings)}: ${file}: ${errno}`,
    {
      cause: error,
      call: 'write',
      errno,
      ...pointerOf(map.pointer),
      ...directCause(side, map, identity, places),
    },
  );
}

function directCause(side: MapSide, map: IdMap, identity: Identity, { proc }: Places): Explanation {
  const own = ownIds(`${side}_map`, proc);
  const outside = map.mappings.findIndex(({ hostID, size }) => !within(hostID, size, own));
  if (outside !== -1) {
    const here = own.map(({ start, size }) => describeRange(start, size)).join(', ');
    const { hostID = 0, size = 0 } = map.mappings[outside] ?? {};
    const hint = `the host ${side}s ${describeRange(hostID, size)} do not exist in this user namespace, which has ${here}`;
    return { ...lineOf(map, outside), hint };
  }
  const mapsRoot = map.mappings.some(({ hostID }) => hostID === 0);
  if (side === 'uid' && mapsRoot && !hasCapability(identity, CAP_SETFCAP)) {
    return {
      hint: "mapping the host's uid 0 needs CAP_SETFCAP (kernel 5.12), which this process does not have",
    };
  }
  const needed = side === 'uid' ? CAP_SETUID : CAP_SETGID;
  if (!hasCapability(identity, needed)) {
    return { hint: `without CAP_SET${side.toUpperCase()}, only the own ${side} can be mapped` };
  }
  return {};
}

/** A map that newuidmap(1) or newgidmap(1) refused. */
export function explainHelperFailure(
  side: MapSide,
  map: IdMap,
  said: string,
  identity: Identity,
  places = machine,
): RuntimeError {
  const helper = `new${side}map`;
  const last = said.split('\n').at(-1)?.replace(`${helper}: `, '') || 'it failed without a word';
  const message = `cannot write the ${side} map ${describeMap(map.mappings)}: ${helper}: ${last}`;
  return new RuntimeError('rootless', message, {
    ...pointerOf(map.pointer),
    ...helperCause(side, map, said, identity, places),
  });
}

function helperCause(
  side: MapSide,
  map: IdMap,
  said: string,
  identity: Identity,
  places: Places,
): Explanation {
  const outside = outsideOwnRanges(side, map, identity, places);
  if (outside) return outside;
  if (statusField('NoNewPrivs', places.proc) === '1') {
    return {
      hint: `no_new_privs is set for this process, so that new${side}map has no privileges: start tsrun without it`,
    };
  }
  if (map.helper !== undefined && !givesPrivileges(map.helper)) {
    const hint = `${map.helper} is neither setuid root nor has it file capabilities: as root: chmod u+s ${map.helper}`;
    return { hint };
  }
  if (said.includes('owned by a different user')) {
    return { hint: `new${side}map wants the primary group of the user: start tsrun with it (newgrp, sg)` };
  }
  return {};
}

function outsideOwnRanges(
  side: MapSide,
  map: IdMap,
  identity: Identity,
  { etc }: Places,
): Explanation | undefined {
  const file = `sub${side}` as const;
  const ranges = subordinateRanges(file, identity.uid, etc);
  const own = { start: side === 'uid' ? identity.uid : identity.gid, size: 1 };
  const index = map.mappings.findIndex(
    ({ hostID, size }) => !within(hostID, size, [own]) && !within(hostID, size, ranges),
  );
  if (index === -1) return undefined;
  const owner = userName(identity.uid, etc) ?? String(identity.uid);
  const { hostID = 0, size = 0 } = map.mappings[index] ?? {};
  const wanted = describeRange(hostID, size);
  if (ranges.length === 0) {
    return {
      ...lineOf(map, index),
      hint: `/etc/${file} has no line for "${owner}"; ${addRangeHint(identity.uid, etc)}`,
    };
  }
  const given = ranges.map((range) => describeRange(range.start, range.size)).join(', ');
  const hint = `/etc/${file} gives "${owner}" ${given}, and not ${wanted}: map ids of these`;
  return { ...lineOf(map, index), hint };
}

function lineOf({ pointer }: IdMap, index: number): Explanation {
  return pointerOf(pointer === '' ? '' : `${pointer}/${index}`);
}

/** A map that tsrun chose is nowhere in the config. */
function pointerOf(pointer: string): Explanation {
  return pointer === '' ? {} : { pointer };
}

interface Range {
  readonly start: number;
  readonly size: number;
}

/** Whether one of the ranges, or several that follow each other, hold all the ids. */
function within(start: number, size: number, ranges: readonly Range[]): boolean {
  const end = start + size;
  let reached = start;
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    if (range.start <= reached && range.start + range.size > reached) reached = range.start + range.size;
  }
  return reached >= end;
}
