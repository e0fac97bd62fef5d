/** Writes the id maps of a new user namespace: user_namespaces(7), newuidmap(1), newgidmap(1). */

import { RuntimeError } from '../errors/runtime-error.ts';
import type { Identity } from '../host/identity.ts';
import { type ActionStep, action } from '../init/step.ts';
import { call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { MFD_CLOEXEC } from '../kernel/constants/file.ts';
import { closeSync, overwriteSync, readFileSync } from '../kernel/file-system.ts';
import { perform } from '../kernel/local.ts';
import { type Exit, spawn, waitForExit } from '../kernel/spawn.ts';
import { explainDirectFailure, explainHelperFailure, type MapSide } from './explain-id-maps.ts';
import { type IdMap, type IdMaps, mapLines } from './id-map.ts';

/** The kernel's limits: UID_GID_MAP_MAX_EXTENTS (kernel 4.15), and less than a page in the one write. */
const MAX_LINES = 340;
const MAX_BYTES = 4095;

/**
 * Writes the maps once the process exists whose namespace it is, which waits meanwhile and is still dumpable.
 *
 * @throws RuntimeError `config` for a map that is too long for the kernel
 */
export function idMapStep(maps: IdMaps, identity: Identity): ActionStep {
  mustFit(maps.uid);
  mustFit(maps.gid);
  return action('map the ids', maps.uid.pointer, describe(maps), ({ pid }) =>
    writeIdMaps(pid, maps, identity),
  );
}

function mustFit({ mappings, pointer }: IdMap): void {
  if (mappings.length <= MAX_LINES && mapLines(mappings).length <= MAX_BYTES) return;
  throw new RuntimeError('config', `an id map of ${mappings.length} lines`, {
    pointer,
    hint: `the kernel takes at most ${MAX_LINES} lines, in at most ${MAX_BYTES} bytes: join neighbouring ranges`,
  });
}

function describe({ uid, gid, denySetgroups }: IdMaps): readonly string[] {
  return [
    ...(denySetgroups ? ['write("/proc/PID/setgroups", "deny")'] : []),
    describeOne(uid, 'uid_map', 'newuidmap'),
    describeOne(gid, 'gid_map', 'newgidmap'),
  ];
}

function describeOne({ helper, mappings }: IdMap, file: string, name: string): string {
  if (helper === undefined) return `write("/proc/PID/${file}", ${JSON.stringify(mapLines(mappings))})`;
  const argv = helperArguments(name, 'PID', mappings).map((word) => JSON.stringify(word));
  return `execve("${helper}", [${argv.join(', ')}], [])`;
}

function helperArguments(name: string, pid: string, mappings: IdMap['mappings']): readonly string[] {
  return [
    name,
    pid,
    ...mappings.flatMap(({ containerID, hostID, size }) => [containerID, hostID, size].map(String)),
  ];
}

/** Both helpers run at the same time, beside what we write ourselves. */
function writeIdMaps(pid: number, { uid, gid, denySetgroups }: IdMaps, identity: Identity): void {
  const newuidmap = uid.helper === undefined ? undefined : startHelper(uid.helper, 'newuidmap', pid, uid);
  const newgidmap = gid.helper === undefined ? undefined : startHelper(gid.helper, 'newgidmap', pid, gid);
  try {
    // The kernel takes an ordinary user's map of groups only after this.
    if (denySetgroups) write(`/proc/${pid}/setgroups`, 'deny', 'gid', gid, identity);
    if (!newuidmap) write(`/proc/${pid}/uid_map`, mapLines(uid.mappings), 'uid', uid, identity);
    if (!newgidmap) write(`/proc/${pid}/gid_map`, mapLines(gid.mappings), 'gid', gid, identity);
  } finally {
    newuidmap?.wait();
    newgidmap?.wait();
  }
  newuidmap?.mustHaveSucceeded('uid', identity);
  newgidmap?.mustHaveSucceeded('gid', identity);
}

function write(path: string, text: string, side: MapSide, map: IdMap, identity: Identity): void {
  try {
    // In one go: the kernel takes one write per map.
    overwriteSync(path, text);
  } catch (error) {
    throw explainDirectFailure(error, path, side, map, identity);
  }
}

function startHelper(path: string, name: string, pid: number, map: IdMap): RunningHelper {
  const said = perform(call('memfd_create', name, MFD_CLOEXEC));
  try {
    const redirections = { stdout: said, stderr: said };
    return new RunningHelper(
      spawn(path, helperArguments(name, String(pid), map.mappings), [], redirections),
      said,
      map,
    );
  } catch (error) {
    perform(close(said));
    throw error;
  }
}

/** What a helper says goes to a memfd: nobody has to read while it runs. */
class RunningHelper {
  readonly #pid: number;
  readonly #said: number;
  readonly #map: IdMap;
  #exit: Exit | undefined;
  #text = '';

  constructor(pid: number, said: number, map: IdMap) {
    this.#pid = pid;
    this.#said = said;
    this.#map = map;
  }

  wait(): void {
    this.#exit = waitForExit(this.#pid);
    this.#text = readFileSync(`/proc/self/fd/${this.#said}`, 'utf8');
    closeSync(this.#said);
  }

  mustHaveSucceeded(side: MapSide, identity: Identity): void {
    const exit = this.#exit;
    if (exit && 'status' in exit && exit.status === 0) return;
    throw explainHelperFailure(side, this.#map, this.#text.trim(), identity);
  }
}
