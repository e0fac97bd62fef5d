/** The upper layer's own directory: what is seen at `/` has its mode and owner, not those of the layer below. */
import { statSync } from '../../kernel/file-system.ts';
import type { IdMaps } from '../../namespaces/id-map.ts';
import type { IdMapping } from '../../spec/types.ts';

export interface RootDirectory {
  /** Permission bits. */
  readonly mode: number;
  /** As the host counts. */
  readonly host: { readonly uid: number; readonly gid: number };
  /** As the container counts; undefined where one of them does not exist there. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** Undefined where there is no such directory, which is for whoever mounts it to say. */
export function rootDirectory(lower: string, maps: IdMaps | undefined): RootDirectory | undefined {
  const status = statSync(lower);
  if (!status) return undefined;
  const uid = maps ? inside(maps.uid.mappings, status.uid) : status.uid;
  const gid = maps ? inside(maps.gid.mappings, status.gid) : status.gid;
  return {
    mode: status.mode & 0o7777,
    host: { uid: status.uid, gid: status.gid },
    owner: uid === undefined || gid === undefined ? undefined : { uid, gid },
  };
}

function inside(mappings: readonly IdMapping[], id: number): number | undefined {
  const found = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return found && found.containerID + id - found.hostID;
}
