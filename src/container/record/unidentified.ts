/** A container whose record is lost, with its copy: what may be left of it, looked for where tsrun would have put it. */

import { containerCgroups } from '../../cgroups/paths.ts';
import { cgroupProcesses } from '../../cgroups/processes.ts';
import { RuntimeError } from '../../errors/runtime-error.ts';
import { callerEnvironment } from '../../host/caller.ts';
import { hostCgroups } from '../../host/cgroups.ts';
import { identity } from '../../host/identity.ts';
import { decodeUtf8 } from '../../kernel/bytes.ts';
import { existsSync } from '../../kernel/file-system.ts';
import { join } from '../../kernel/path.ts';
import { dataDirectory } from '../../rootfs/overlay/data-directory.ts';
import { parseJson } from '../../spec/parse-json.ts';
import { CONFIG, readStateFile } from './files.ts';

/**
 * Nothing of it is removed: another root may have a container of the same id, and cgroups and layers do not say whose
 * they are.
 *
 * @param error what is wrong with the record
 */
export function unidentified(root: string, id: string, error: RuntimeError): RuntimeError {
  const directory = join(root, id);
  const cgroups = candidates(directory, id);
  const processes = cgroupProcesses(cgroups);
  const layer = dataDirectory({ isRoot: !identity().isRootless, environment: callerEnvironment() }, root, id);
  const layers = [layer].filter(existsSync);
  const found = [
    ...processes.map((pid) => `process ${pid}`),
    ...cgroups.map((path) => `cgroup "${path}"`),
    ...layers.map((path) => `writable layer "${path}"`),
  ];
  const commands = [
    ...(processes.length > 0 ? [`kill -9 ${processes.join(' ')}`] : []),
    ...(cgroups.length > 0 ? [`rmdir ${cgroups.join(' ')}`] : []),
    `rm -r ${[...layers, directory].join(' ')}`,
  ];
  const left =
    found.length > 0 ? `probably its: ${found.join(', ')}` : 'nothing was found in the usual places';
  const message = `${error.message}, and so is the copy of its record: nothing was removed; ${left}`;
  return new RuntimeError('state', message, {
    hint: `check that this is the container's, then: ${commands.join('; ')}`,
  });
}

function candidates(directory: string, id: string): string[] {
  try {
    const { directories } = containerCgroups(hostCgroups(), { id, cgroupsPath: cgroupsPath(directory) });
    return directories.map(({ path }) => path).filter(existsSync);
  } catch {
    return []; // The path is systemd's, or none.
  }
}

/** From the configuration, as far as that can be read. */
function cgroupsPath(directory: string): string | undefined {
  try {
    const config = parseJson(decodeUtf8(readStateFile(directory, CONFIG))) as {
      linux?: { cgroupsPath?: unknown };
    };
    const path = config.linux?.cgroupsPath;
    return typeof path === 'string' ? path : undefined;
  } catch {
    return undefined;
  }
}
