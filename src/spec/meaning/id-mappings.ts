/** `linux.uidMappings`, `linux.gidMappings`, and the ids of the process in them: user_namespaces(7). */

import type { Report } from '../problem.ts';
import type { Config, IdMapping } from '../types.ts';
import type { Check } from './check.ts';
import { namespaceOf } from './namespaces.ts';

type Kind = 'uidMappings' | 'gidMappings';

/** Ids are 32 bits wide, and the last one means "none". */
const ID_END = 0xffff_ffff;

export const mappingsNeedNamespace: Check<Config> = {
  reads: ['/linux/namespaces', '/linux/uidMappings', '/linux/gidMappings'],
  run(config, report) {
    if (namespaceOf(config, 'user') !== undefined) return;
    for (const kind of ['uidMappings', 'gidMappings'] as const) {
      if (mappings(config, kind).length === 0) continue;
      const hint = 'add {"type": "user"} to /linux/namespaces, or remove them';
      report({
        pointer: `/linux/${kind}`,
        expected: 'no maps without a user namespace',
        found: 'some',
        hint,
      });
    }
  },
};

export const uidMappings: Check<Config> = {
  reads: ['/linux/uidMappings'],
  run: (config, report) => checkMappings(mappings(config, 'uidMappings'), '/linux/uidMappings', report),
};

export const gidMappings: Check<Config> = {
  reads: ['/linux/gidMappings'],
  run: (config, report) => checkMappings(mappings(config, 'gidMappings'), '/linux/gidMappings', report),
};

/** The ids that the process runs with must exist in a user namespace that is made for it. */
export const processIds: Check<Config> = {
  reads: ['/linux/namespaces', '/linux/uidMappings', '/linux/gidMappings', '/process/user'],
  run(config, report) {
    const namespace = namespaceOf(config, 'user');
    if (namespace === undefined || namespace.path) return;
    const { uid, gid, additionalGids = [] } = config.process.user;
    // A single id can be any, in a namespace nested in the container's.
    if (!isSingle(mappings(config, 'uidMappings')) || !isSingle(mappings(config, 'gidMappings'))) {
      mustBeMapped(config, 'uidMappings', uid, '/process/user/uid', report);
      mustBeMapped(config, 'gidMappings', gid, '/process/user/gid', report);
    }
    additionalGids.forEach((one, index) => {
      mustBeMapped(config, 'gidMappings', one, `/process/user/additionalGids/${index}`, report);
    });
  },
};

function mappings(config: Config, kind: Kind): readonly IdMapping[] {
  return config.linux?.[kind] ?? [];
}

function isSingle(maps: readonly IdMapping[]): boolean {
  return maps.length === 1 && maps[0]?.size === 1;
}

function checkMappings(maps: readonly IdMapping[], at: string, report: Report): void {
  maps.forEach((map, index) => {
    const pointer = `${at}/${index}`;
    if (map.size === 0) report({ pointer: `${pointer}/size`, expected: 'at least 1', found: 'the number 0' });
    for (const side of ['containerID', 'hostID'] as const) {
      if (map[side] + map.size > ID_END) {
        report({ pointer, expected: 'ids below 4294967295', found: `${side} ${range(map, side)}` });
      }
      const other = maps.slice(0, index).findIndex((earlier) => intersect(earlier, map, side));
      if (other === -1) continue;
      report({ pointer, expected: 'ranges apart', found: `an overlap of its ${side} range with [${other}]` });
    }
  });
}

function mustBeMapped(config: Config, kind: Kind, id: number, pointer: string, report: Report): void {
  const maps = mappings(config, kind);
  if (maps.length === 0 || maps.some((map) => contains(map, id))) return;
  const expected = `an id in /linux/${kind} (${maps.map((map) => range(map, 'containerID')).join(', ')})`;
  const hint = `map it in /linux/${kind}, or run with a mapped id`;
  report({ pointer, expected, found: `the number ${id}`, hint });
}

function contains({ containerID, size }: IdMapping, id: number): boolean {
  return id >= containerID && id < containerID + size;
}

function intersect(a: IdMapping, b: IdMapping, side: 'containerID' | 'hostID'): boolean {
  return a[side] < b[side] + b.size && b[side] < a[side] + a.size;
}

function range(map: IdMapping, side: 'containerID' | 'hostID'): string {
  return map.size <= 1 ? String(map[side]) : `${map[side]}–${map[side] + map.size - 1}`;
}
